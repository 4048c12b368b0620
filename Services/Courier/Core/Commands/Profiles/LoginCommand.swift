internal import ArgumentParser
internal import JSON

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Keep a server's address and token as a profile and use it from now on.",
        discussion: """
            The token comes from --token-file, COURIER_TOKEN, or is asked for on the terminal. It is tried on the server before it is kept in \
            ~/.config/courier/profiles.json, which only you can read.
            """)

    @Argument(help: "The server's address, such as https://courier.example.org.")
    var url: String

    @Option(help: "The profile's name.")
    var name = "default"

    @Option(help: ArgumentHelp("A file with the token; - reads standard input.", valueName: "file"), completion: .file())
    var tokenFile: String?

    @Flag(help: "Keep the profile without asking the server.")
    var noCheck = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard let address = WebAddress(url), address.user == nil else {
            throw ValidationError("Expected an address such as https://courier.example.org without user and password.")
        }
        if name.isEmpty { throw ValidationError("Expected a name for --name, found an empty text.") }
    }

    func run() async throws {
        let context = CommandContext.current
        let address = WebAddress(url)?.text ?? url
        let token = try await token(context)
        if !noCheck {
            let client = CourierClient(
                server: Server(url: address, token: token, origin: "the command line"), transport: context.transport)
            _ = try await client.page("jobs", query: [], page: 1, itemsPerPage: 1)
        }
        let file = try ProfileFile(context: context)
        var profiles = try await file.read()
        profiles.entries[name] = Profiles.Entry(url: address, token: token)
        profiles.current = name
        try await file.write(profiles)
        try await ItemPrinter(format: output.format, console: context.console)
            .print(
                .object([("name", .text(name)), ("url", .text(address)), ("file", .text(file.path))]),
                rows: [("Profile", name), ("Server", address), ("Kept in", file.path)])
    }

    private func token(_ context: CommandContext) async throws -> String {
        if let tokenFile { return try await Discovery.token(context, file: tokenFile) }
        if let token = context.environment["COURIER_TOKEN"], !token.isEmpty { return token }
        guard let answer = try await context.console.askSecret("Token for \(url): "), !answer.isEmpty else {
            throw CommandFailure.badInput(
                "expected a token, found none: give --token-file FILE (- for standard input) or set COURIER_TOKEN")
        }
        return answer
    }
}
