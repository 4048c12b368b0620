import CourierCore
import FoundationEssentials
import JobModel
import Testing

/// `--wait` over real HTTP.
@Suite(.timeLimit(.minutes(1))) struct WaitTests {
    private func create(_ stub: ServerStub, columns: Int? = nil, format: String = "table") async throws -> Outcome {
        try await stub.run { url in
            let transport = HTTPClientTransport()
            let outcome = await courier(
                "jobs", "create", "-", "--wait", "--format", format, environment: ["COURIER_URL": url, "COURIER_TOKEN": "t0ken-secret"],
                columns: columns, input: #"{"name":"hello"}"#, transport: transport)
            await transport.shutdown()
            return outcome
        }
    }

    @Test func successEndsWithZero() async throws {
        let running = ServerStub.instance("running", success: 1, running: 2)
        let stub = ServerStub([
            .status(503), .events([]), .events([("snapshot", ServerStub.instance("scheduled")), ("instance", running)]),
            .events([("instance", running), ("end", ServerStub.instance("success", success: 3))]),
        ])
        let outcome = try await create(stub)
        #expect(outcome.status == .success)
        #expect(
            outcome.error == """
                created job hello (j1)
                the server does not answer, trying again
                waiting for the instance to be scheduled
                scheduled
                running: 1 of 3 runs over (2 running, 1 success)
                success: 3 of 3 runs over (3 success)

                """)
        #expect(outcome.output.contains("Status:    success"))
        #expect(stub.lastEvents == [nil, nil, nil, "2"])
        #expect(stub.creations.map(\.body) == [#"{"name":"hello"}"#])
        #expect(stub.creations.first?.key?.count == 36)
    }

    @Test(arguments: ["failure", "cancelled", "notPerformed"])
    func otherEndsAreOne(status: String) async throws {
        let outcome = try await create(ServerStub([.events([("end", ServerStub.instance(status, success: 1, failure: 1))])]))
        #expect(outcome.status == .failure)
        #expect(outcome.output.contains("exit code 3"))
    }

    @Test(arguments: [400, 413, 415, 422])
    func badInputIsTwo(code: Int) async throws {
        let stub = ServerStub(
            creation: (
                code,
                #"{"detail":"not valid","problems":[{"pointer":"/target","message":"missing","expected":"an object","found":"nothing"}]}"#
            ),
            [])
        let outcome = try await create(stub)
        #expect(outcome.status == .badInput)
        #expect(outcome.error.contains("/target: missing (expected an object, found nothing)"))
        #expect(stub.lastEvents.isEmpty)
    }

    @Test func documentsAreTheOnlyOutput() async throws {
        let outcome = try await create(ServerStub([.events([("end", ServerStub.instance("failure", failure: 1))])]), format: "json")
        #expect(outcome.status == .failure)
        #expect(outcome.output.hasPrefix("{\n  \"id\": \"i1\""))
        #expect(outcome.output.hasSuffix("}\n"))
    }

    @Test func aTerminalGetsABar() async throws {
        let outcome = try await create(
            ServerStub([
                .events([
                    ("snapshot", ServerStub.instance("running", success: 1, running: 1)),
                    ("end", ServerStub.instance("success", success: 2)),
                ])
            ]),
            columns: 100)
        #expect(outcome.error.contains("\r\u{1B}[K███████████████░░░░░░░░░░░░░░░ running: 1 of 2"))
        #expect(outcome.error.hasSuffix("\n"))
    }

    @Test func nobodyThereIsThree() async throws {
        let transport = HTTPClientTransport()
        // Port 1 is reserved and not listened on.
        let outcome = await courier(
            "jobs", "create", "-", "--wait", environment: ["COURIER_URL": "http://127.0.0.1:1"], input: "{}", transport: transport)
        await transport.shutdown()
        #expect(outcome.status == .unreachable)
        #expect(outcome.error.contains("cannot be reached: connection refused"))
    }

    @Test func aServerThatStaysAwayIsThree() async {
        let transport = FakeTransport { call, number in
            if number == 0 { return FakeTransport.answer(201, ServerStub.job) }
            if number == 1 {
                return FakeTransport.answer(200, ServerStub.text(of: [("snapshot", ServerStub.instance("running", running: 1))]))
            }
            throw TransportFailure(reason: "connection refused")
        }
        let outcome = await courier("jobs", "create", "-", "--wait", input: "{}", transport: transport)
        #expect(outcome.status == .unreachable)
        #expect(transport.seen.count == 33)
        #expect(!(outcome.output + outcome.error).contains("t0ken-secret"))
    }

    @Test func controlCSaysThatTheJobGoesOn() async {
        let transport = FakeTransport { _, number in
            number == 0
                ? FakeTransport.answer(201, ServerStub.job)
                : FakeTransport.answer(200, ServerStub.text(of: [("snapshot", ServerStub.instance("running", running: 1))]))
        }
        let outcome = await courier(
            "jobs", "create", "-", "--wait", input: "{}", transport: transport,
            interrupts: {
                AsyncStream { continuation in
                    continuation.yield()
                }
            })
        #expect(outcome.status == .interrupted)
        #expect(outcome.error.contains("the job goes on"))
        #expect(outcome.error.contains("courier instances watch i1"))
    }

    @Test func aJobWithoutInstanceIsWaitedFor() async throws {
        let job = try #require(UUID(uuidString: "6f1c3b0e-8a1d-4c55-9a55-2f6d3c1c7e10"))
        let time = Timestamp(seconds: 1_900_000_000)
        let instance = Identifiers.instance(of: job, scheduledAt: time).uuidString.lowercased()
        let transport = FakeTransport { call, number in
            if number == 0 {
                return FakeTransport.answer(
                    201, #"{"item":{"id":"\#(job.uuidString)","name":"n","nextExecutionTime":"\#(time)","instanceId":null}}"#)
            }
            guard call.url.contains("/instances/\(instance)/events?"), call.url.contains("expected=true") else {
                return FakeTransport.answer(404)
            }
            let events = number < 3 ? [] : [("end", ServerStub.instance("success", success: 1))]
            return FakeTransport.answer(200, ServerStub.text(of: events))
        }
        let outcome = await courier("jobs", "create", "-", "--wait", input: "{}", transport: transport)
        #expect(outcome.status == .success)
        #expect(outcome.error.contains("the first occurrence is at \(time)"))
        #expect(transport.seen.count == 4)
    }

    @Test func watchingWhatDoesNotExistFailsAtOnce() async {
        let transport = FakeTransport { _, _ in FakeTransport.answer(404, #"{"detail":"there is no instance i9"}"#) }
        let outcome = await courier("instances", "watch", "i9", transport: transport)
        #expect(outcome.status == .failure)
        #expect(outcome.error == "error: there is no instance i9 [404]\n")
        #expect(transport.seen.count == 1)
    }
}
