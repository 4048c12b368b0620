internal import ArgumentParser
internal import JSON

struct DeadListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List dead letters with their reasons.",
        discussion: "What is in one: courier queues peek courier.dead. The letters stay; RabbitMQ counts one more delivery.")

    @Option(help: "How many, 1 to 1000.")
    var count = 100

    @OptionGroup var management: ManagementOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1000).contains(count) else { throw ValidationError("Expected --count from 1 to 1000, found \(count).") }
    }

    func run() async throws {
        let letters = try await DeadLetters.find(management).first(count)
        var printer = ListPrinter(
            output.format, columns: DeadLetters.columns, emptyText: "There are no dead letters.", console: CommandContext.current.console)
        try await printer.page(letters.map(\.document))
        try await printer.end()
    }
}

extension DeadLetters {
    static let columns: [Column] = [
        .field("MESSAGE ID", "messageId"), .field("QUEUE", "queue"), .field("TYPE", "type"), .field("REASON", "reason", isFlexible: true),
    ]

    /// The dead letters of the broker that the options, the environment or a stack on this machine names.
    static func find(_ management: ManagementOptions) async throws -> DeadLetters {
        let context = CommandContext.current
        return DeadLetters(
            client: ManagementClient(
                address: try await ManagementAddress.find(management, context: context), transport: context.transport))
    }
}
