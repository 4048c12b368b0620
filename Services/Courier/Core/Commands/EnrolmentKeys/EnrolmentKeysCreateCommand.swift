internal import ArgumentParser
internal import JSON
internal import JobModel

struct EnrolmentKeysCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a key that new nodes enrol with.",
        discussion: """
            The server tells the key's token once. It is written to the file given with --output-file, which only you can read, and never to the \
            terminal.
            """)

    @Argument(help: "The key's name.")
    var name: String

    @Option(help: "How many nodes may enrol with it (default: any number).")
    var uses: Int?

    @Option(help: "Until when it is good, such as 2026-12-31T00:00:00Z (default: for ever).")
    var expiresAt: String?

    @Option(help: ArgumentHelp("The file that gets the token.", valueName: "file"), completion: .file())
    var outputFile: String

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let uses, uses < 1 { throw ValidationError("Expected --uses of 1 or more, found \(uses).") }
        if let expiresAt, Timestamp(expiresAt) == nil {
            throw ValidationError("Expected a time such as 2026-12-31T00:00:00Z for --expires-at, found \"\(expiresAt)\".")
        }
    }

    func run() async throws {
        let context = CommandContext.current
        let client = try await context.client(server)
        let path = Paths.join(context.workingDirectory, outputFile)
        // Before the key is made: a token that cannot be kept would be lost.
        if let reason = Platform.reasonNotToReplace(path: path) {
            throw CommandFailure.badInput("cannot write \(outputFile): \(reason)")
        }
        let request = JSONNode.object([
            ("name", .text(name)), ("uses", uses.map(JSONNode.number)), ("expiresAt", expiresAt.map(JSONNode.text)),
        ])
        let item = try await client.item("POST", "enrolment-keys", body: Array(request.compact.utf8))
        guard let token = item["token"]?.text else {
            throw CommandFailure.failed("expected \"token\" in the server's answer, found none; delete the key and make it again")
        }
        try await write(Array((token + "\n").utf8), to: path)
        let shown = JSONNode.object(
            (item.members ?? []).filter { $0.key != "token" }.map { ($0.key, $0.node) } + [("tokenFile", .text(outputFile))])
        try await ItemPrinter(format: output.format, console: context.console)
            .print(shown, rows: (shown.members ?? []).map { ($0.key, Cell.text($0.node)) })
    }

    private func write(_ bytes: [UInt8], to path: String) async throws {
        do {
            try await BlockingWork.run { try Platform.replace(path: path, with: bytes) }
        } catch let failure as Platform.Failure {
            throw CommandFailure.badInput("cannot write \(outputFile): \(failure.reason)")
        }
    }
}
