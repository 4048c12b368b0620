import FoundationEssentials
import JSON
import MessageBus
import Messages
import Testing

@Suite(.timeLimit(.minutes(1))) struct InstancePhaseTests {
    @Test(arguments: [
        ("past", ["success", "failure", "cancelled", "notPerformed"]), ("live", ["scheduled", "running", "paused"]),
    ])
    func aPhaseStandsForItsStatuses(phase: String, statuses: [String]) async throws {
        let bench = try await Bench()
        let empty = #"{"items": [], "pagination": {"page": 1, "itemsPerPage": 50, "totalItems": 0, "totalPages": 0}}"#
        let stub = try await StubService(.collector, on: bench.broker) { _ in empty }
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.get("/v1/instances?phase=\(phase)").status == 200)
            let question = await stub.next()
            #expect(Set(question?.body?["statuses"]?.elements?.compactMap(\.text) ?? []) == Set(statuses))
            #expect(try await client.get("/v1/instances?phase=\(phase)&status=running").status == 400)
            #expect(try await client.get("/v1/instances?phase=coming").status == 400)
        }
        _ = stub
    }
}
