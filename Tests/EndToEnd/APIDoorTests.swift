import FoundationEssentials
import JSON
import Testing

extension EndToEndTests.BadInputTests {
    @Test func badRequestsAreRefused() async throws {
        let stack = try #require(Stack.shared)
        let api = stack.api
        let jobs = try await api.get("/v1/jobs").json?["pagination"]?["totalItems"]
        for bad in BadRequest.bodies + BadRequest.others {
            let client = bad.headers["Authorization"] == "" ? APIClient(url: api.url) : api
            let answer = try await client.send(bad.method, bad.path, body: bad.body, type: bad.type, headers: bad.headers)
            #expect(answer.status == bad.status && answer.isProblem, "\(bad.what): \(answer.status) \(answer.text)")
            #expect(Set(bad.pointers).isSubset(of: answer.pointers), "\(bad.what): \(answer.text)")
            #expect(bad.detail.isEmpty || answer.text.contains(bad.detail), "\(bad.what): \(answer.text)")
        }
        #expect(try await api.get("/v1/jobs").json?["pagination"]?["totalItems"] == jobs)
        try await stack.expectHealth(after: "bad requests")
    }

    @Test func badTemplatesAreRefused() async throws {
        let stack = try #require(Stack.shared)
        let folder = Self.fixtures + "/templates/invalid"
        let cases = try JSONValue(json: Files.bytes(folder + "/manifest.json") ?? [])["cases"]?.elements ?? []
        #expect(cases.count > 40)
        for one in cases {
            let file = try #require(one["file"]?.text)
            let body = try #require(Files.bytes("\(folder)/\(file)"), "\(file)")
            let answer = try await stack.api.send("POST", "/v1/jobs", body: body)
            #expect((400..<500).contains(answer.status) && answer.isProblem, "\(file): \(answer.status) \(answer.text)")
            if let pointer = one["pointer"]?.text { #expect(answer.pointers.contains(pointer), "\(file): \(answer.text)") }
        }
        try await stack.expectHealth(after: "bad templates")
    }

    /// `Tests/Fixtures`, beside this folder.
    private static var fixtures: String {
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/") + "/Fixtures"
    }
}
