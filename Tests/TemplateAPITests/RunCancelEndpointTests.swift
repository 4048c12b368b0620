import FoundationEssentials
import JSON
import MessageBus
import Messages
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

private let run = "6f1c3b0e-8a1d-4c55-9a55-2f6d3c1c7e10"
private let instance = "7c9e6679-7425-40de-944b-e07fc1f90ae0"

@Suite struct RunCancelEndpointTests {
    private func cancel(_ bench: Bench, status: String) async throws -> Int {
        let stub = try await StubService(.collector, on: bench.broker) { _ in
            #"{"item":{"id":"\#(run)","instanceId":"\#(instance)","status":"\#(status)","steps":[]}}"#
        }
        let (answers, continuation) = AsyncStream.makeStream(of: Answer.self)
        try await bench.serve { continuation.yield(try await $0.post("/v1/runs/\(run)/cancel")) }
        continuation.finish()
        _ = stub
        for await answer in answers {
            if answer.status == 202 {
                #expect(answer.item == ["id": .string(run), "instanceId": .string(instance), "status": .string(status)])
            }
            return answer.status
        }
        return 0
    }

    @Test func aRunIsCancelledByADurableMessage() async throws {
        let bench = try await Bench()
        #expect(try await cancel(bench, status: "running") == 202)
        let message = try #require(try await bench.published(1, to: Queues.results).first)
        let cancel = try RunsCancel(json: message.body)
        #expect(cancel.instanceID.text == instance && cancel.runIDs.map(\.text) == [run] && cancel.reason == "cancelled by admin")
        #expect(await bench.engine.read { $0.auditLog.last?.action } == "run.cancel")
    }

    @Test func whatIsCancelledStaysSoAndWhatIsOverIsRefused() async throws {
        let bench = try await Bench()
        #expect(try await cancel(bench, status: "cancelled") == 202)
        #expect(try await cancel(try await Bench(), status: "success") == 409)
        #expect(await bench.engine.outboxCount == 0)
    }
}
