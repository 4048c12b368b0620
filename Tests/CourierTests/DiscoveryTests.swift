import Testing

@testable import CourierCore

@Suite struct DiscoveryTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Where a command sends its request, and the token it sends.
    private func target(
        _ options: [String] = [], environment: [String: String] = [:], directory path: String? = nil
    ) async -> (url: String?, token: String?, error: String) {
        let transport = FakeTransport { _, _ in FakeTransport.answer(200, #"{"item":{}}"#) }
        let recorder = Recorder()
        var environment = environment
        environment["HOME"] = directory.path + "/home"
        _ = await CommandLineTool.run(
            ["nodes", "get", "n"] + options,
            context: CommandContext(
                environment: environment, workingDirectory: path ?? directory.path, console: recorder.console(), transport: transport))
        let call = transport.seen.first
        return (call?.url, call?.headers.first { $0.name == "Authorization" }?.value, recorder.error)
    }

    private func makeAll() throws {
        try directory.write("stack-token\n", to: "project/.courier/secrets/token")
        try directory.write(#"{"url":"http://stack:1/","tokenFile":"secrets/token"}"#, to: "project/.courier/stack.json")
        try directory.write("", to: "project/deep/er/file")
    }

    private func makeProfiles() throws {
        try directory.write(
            #"{"version":1,"current":"one","profiles":{"one":{"url":"http://one","token":"1"},"two":{"url":"https://two","token":"2"}}}"#,
            to: "home/.config/courier/profiles.json")
    }

    @Test func findsAStackUpwards() async throws {
        try makeAll()
        let found = await target(directory: directory.path + "/project/deep/er")
        #expect(found.url == "http://stack:1/v1/nodes/n")
        #expect(found.token == "Bearer stack-token")
    }

    @Test func profilesGoBeforeTheStack() async throws {
        try makeAll()
        try makeProfiles()
        let inside = directory.path + "/project"
        #expect(await target(directory: inside).url == "http://one/v1/nodes/n")
        let second = await target(["--profile", "two"], environment: ["COURIER_URL": "http://env"], directory: inside)
        #expect(second.url == "https://two/v1/nodes/n")
        #expect(second.token == "Bearer 2")
    }

    @Test func theEnvironmentGoesBeforeProfiles() async throws {
        try makeProfiles()
        let found = await target(environment: ["COURIER_URL": "http://env/", "COURIER_TOKEN": "e"])
        #expect(found.url == "http://env/v1/nodes/n")
        #expect(found.token == "Bearer e")
    }

    @Test func optionsGoBeforeEverything() async throws {
        try makeProfiles()
        let file = try directory.write("  from-file \n", to: "token")
        let found = await target(
            ["--url", "http://option", "--token-file", file], environment: ["COURIER_URL": "http://env", "COURIER_TOKEN": "e"])
        #expect(found.url == "http://option/v1/nodes/n")
        #expect(found.token == "Bearer from-file")
    }

    @Test func aTokenIsOnlySentWhereItBelongs() async throws {
        try makeProfiles()
        #expect(await target(["--url", "http://elsewhere"]).token == nil)
        #expect(await target(environment: ["COURIER_URL": "http://elsewhere"]).token == nil)
    }

    @Test(arguments: ["ftp://x", "courier.test", "http://", "http://u:secret@h", "http://h?x"])
    func addressesAreChecked(url: String) async {
        let found = await target(["--url", url])
        #expect(found.url == nil)
        #expect(found.error.contains("expected an address such as"))
        #expect(!found.error.contains("secret"))
    }

    @Test(arguments: ["", "two words", "tab\u{1B}", "ünï"])
    func tokensAreChecked(content: String) async throws {
        let file = try directory.write(content, to: "token")
        let found = await target(["--url", "http://x", "--token-file", file])
        #expect(found.url == nil)
        #expect(found.error.contains("expected one token in \(file)"))
    }

    @Test func nothingKnownSaysWhatToDo() async {
        let found = await target()
        #expect(found.url == nil)
        #expect(found.error.contains("give --url, set COURIER_URL, run `courier login`"))
    }

    @Test(arguments: ["", "[]", #"{"version":2,"profiles":{}}"#, #"{"version":1,"profiles":{"a":{}}}"#, "{\"version\":1,"])
    func damagedProfilesAreNamed(content: String) async throws {
        let file = try directory.write(content, to: "home/.config/courier/profiles.json")
        let found = await target()
        #expect(found.url == nil)
        #expect(found.error.contains(file))
    }
}
