import FoundationEssentials
import HTTPTypes
import HummingbirdTesting
import JSON
import ServiceKit
import TemplateAPICore
import TestSupport
import Testing

/// What only a real connection shows: a refusal must not leave half a body behind for the next request.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    @Test func aConnectionOutlivesRefusals() async throws {
        let bench = try await Bench()
        try await bench.serve(.live) { (client: Client) async throws in
            let long = Array(repeating: UInt8(ascii: " "), count: 1 << 20 + 1)
            for round in 1...3 {
                #expect(try await client.send(.post, "/v1/jobs", bytes: Array(Template.immediate.utf8), token: "wrong").status == 401)
                #expect(try await client.send(.post, "/v1/jobs", bytes: long).status == 413)
                #expect(try await client.send(.put, "/v1/jobs", bytes: long).status == 405)
                #expect(try await client.send(.post, "/v1/jobs", bytes: long, type: "text/plain").status == 415)
                #expect(try await client.post("/v1/jobs", Template.immediate).status == 201)
                #expect(try await client.get("/v1/jobs").items.count == round)
                let head = try await client.send(.head, "/v1/jobs")
                #expect(head.status == 200 && head.text.isEmpty)
            }
        }
    }

    @Test func aBodyOfTheLargestSizeIsRead() async throws {
        let bench = try await Bench()
        try await bench.serve(.live) { (client: Client) async throws in
            let template = Template.immediate
            let padding = String(repeating: " ", count: 1 << 20 - template.utf8.count)
            #expect(try await client.post("/v1/jobs", template + padding).status == 201)
        }
    }
}
