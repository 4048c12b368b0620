internal import ArgumentParser
internal import JSON

struct QueuesPeekCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peek", abstract: "Show the first messages of a queue, which stay in it.",
        discussion: """
            RabbitMQ marks the messages as redelivered, and a quorum queue counts one more delivery. Messages that a consumer holds are not \
            shown. Tokens and passwords in bodies are hidden.
            """)

    @Argument(help: "The queue's name.")
    var queue: String

    @Option(help: "How many messages.")
    var count = 10

    @OptionGroup var management: ManagementOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1000).contains(count) else { throw ValidationError("Expected --count from 1 to 1000, found \(count).") }
    }

    func run() async throws {
        let context = CommandContext.current
        let client = ManagementClient(
            address: try await ManagementAddress.find(management, context: context), transport: context.transport)
        let messages = try await client.peek(queue, count: count)
        guard output.format == .table else {
            var printer = ListPrinter(output.format, columns: [], emptyText: "", console: context.console)
            try await printer.page(messages)
            return try await printer.end()
        }
        if messages.isEmpty { try await context.console.line("No message waits in \(queue).") }
        for (index, message) in messages.enumerated() {
            try await context.console.line(PeekedMessage.text(message, number: index + 1))
        }
    }
}
