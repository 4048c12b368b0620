import Testing

@testable import CourierCore

@Suite struct ProfileTests {
    private let directory: TemporaryDirectory
    private let accepting = FakeTransport { _, _ in FakeTransport.answer(200, #"{"items":[]}"#) }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var home: [String: String] { ["HOME": directory.path] }

    @Test func loginKeepsATokenForItsOwnerOnly() async throws {
        let outcome = await courier(
            "login", "https://courier.example.org/", "--token-file", "-", environment: home, input: "s3cret\n", transport: accepting)
        #expect(outcome.status == .success)
        #expect(!(outcome.output + outcome.error).contains("s3cret"))
        #expect(try directory.permissions(".config/courier/profiles.json") == 0o600)
        #expect(try directory.permissions(".config/courier") == 0o700)
        #expect(try directory.read(".config/courier/profiles.json").contains("s3cret"))
        #expect(accepting.seen.first?.headers.contains { $0 == ("Authorization", "Bearer s3cret") } == true)
    }

    @Test func aRefusedTokenIsNotKept() async {
        let outcome = await courier(
            "login", "http://x", environment: home, secret: "wrong",
            transport: FakeTransport { _, _ in FakeTransport.answer(401, #"{"title":"Unauthorized"}"#) })
        #expect(outcome.status == .failure)
        #expect(throws: (any Error).self) { try directory.read(".config/courier/profiles.json") }
    }

    @Test func noTokenIsBadInput() async {
        let outcome = await courier("login", "http://x", environment: home, transport: accepting)
        #expect(outcome.status == .badInput)
        #expect(outcome.error.contains("--token-file"))
    }

    @Test func profilesAreListedChosenAndDeleted() async throws {
        for name in ["b", "a"] {
            _ = await courier("login", "http://\(name)", "--name", name, environment: home, secret: "s3cret-\(name)", transport: accepting)
        }
        let list = await courier("profiles", "list", environment: home)
        #expect(list.output == "CURRENT  NAME  SERVER\n*        a     http://a\n         b     http://b\n")
        #expect(await courier("profiles", "use", "b", environment: home).status == .success)
        let json = await courier("profiles", "list", "--format", "json", environment: home)
        #expect(!json.output.contains("s3cret"))
        _ = await courier("jobs", "list", environment: home, transport: accepting)
        #expect(accepting.seen.last?.url.hasPrefix("http://b/v1/jobs") == true)
        #expect(await courier("profiles", "use", "c", environment: home).error.contains("known: a, b"))
        #expect(await courier("profiles", "delete", "b", environment: home).status == .success)
        #expect(try !directory.read(".config/courier/profiles.json").contains("s3cret-b"))
    }

    @Test func warnsAboutAFileThatOthersCanRead() async throws {
        try directory.write(#"{"version":1,"profiles":{}}"#, to: ".config/courier/profiles.json", permissions: 0o644)
        let outcome = await courier("profiles", "list", environment: home)
        #expect(outcome.error.contains("chmod 600"))
        #expect(outcome.status == .success)
    }
}
