import CourierCore
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
        let stub = ServerStub(states: [
            "404", "404", ServerStub.instance("scheduled"), ServerStub.instance("running", success: 1, running: 2),
            ServerStub.instance("running", success: 1, running: 2), "503", ServerStub.instance("success", success: 3),
        ])
        let outcome = try await create(stub)
        #expect(outcome.status == .success)
        #expect(
            outcome.error == """
                created job hello (j1)
                waiting for the instance to be scheduled
                scheduled
                running: 1 of 3 runs over (2 running, 1 success)
                the server does not answer, trying again
                success: 3 of 3 runs over (3 success)

                """)
        #expect(outcome.output.contains("Status:    success"))
        #expect(stub.creations.map(\.body) == [#"{"name":"hello"}"#])
        #expect(stub.creations.first?.key?.count == 36)
    }

    @Test(arguments: ["failure", "cancelled", "notPerformed"])
    func otherEndsAreOne(status: String) async throws {
        let outcome = try await create(ServerStub(states: [ServerStub.instance(status, success: 1, failure: 1)]))
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
            states: [])
        let outcome = try await create(stub)
        #expect(outcome.status == .badInput)
        #expect(outcome.error.contains("/target: missing (expected an object, found nothing)"))
        #expect(stub.looks == 0)
    }

    @Test func documentsAreTheOnlyOutput() async throws {
        let outcome = try await create(ServerStub(states: [ServerStub.instance("failure", failure: 1)]), format: "json")
        #expect(outcome.status == .failure)
        #expect(outcome.output.hasPrefix("{\n  \"id\": \"i1\""))
        #expect(outcome.output.hasSuffix("}\n"))
    }

    @Test func aTerminalGetsABar() async throws {
        let outcome = try await create(
            ServerStub(states: [ServerStub.instance("running", success: 1, running: 1), ServerStub.instance("success", success: 2)]),
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
            if number == 1 { return FakeTransport.answer(200, ServerStub.instance("running", running: 1)) }
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
                ? FakeTransport.answer(201, ServerStub.job) : FakeTransport.answer(200, ServerStub.instance("running", running: 1))
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

    @Test func aJobWithoutInstanceIsWaitedFor() async {
        let transport = FakeTransport { call, number in
            if number == 0 {
                return FakeTransport.answer(
                    201, #"{"item":{"id":"j1","name":"n","nextExecutionTime":"2030-01-01T00:00:00Z","instanceId":null}}"#)
            }
            if call.url.contains("instances?") {
                return FakeTransport.answer(200, number < 4 ? #"{"items":[]}"# : #"{"items":[{"id":"i1"}]}"#)
            }
            return FakeTransport.answer(200, ServerStub.instance("success", success: 1))
        }
        let outcome = await courier("jobs", "create", "-", "--wait", input: "{}", transport: transport)
        #expect(outcome.status == .success)
        #expect(outcome.error.contains("the first occurrence is at 2030-01-01T00:00:00Z"))
    }

    @Test func watchingWhatDoesNotExistFailsAtOnce() async {
        let transport = FakeTransport { _, _ in FakeTransport.answer(404, #"{"detail":"there is no instance i9"}"#) }
        let outcome = await courier("instances", "watch", "i9", transport: transport)
        #expect(outcome.status == .failure)
        #expect(outcome.error == "error: there is no instance i9 [404]\n")
        #expect(transport.seen.count == 1)
    }
}
