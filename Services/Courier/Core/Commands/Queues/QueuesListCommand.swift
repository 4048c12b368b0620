internal import ArgumentParser

struct QueuesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List queues with depth, consumers and messages per second.")

    @Argument(help: "Only queues whose names begin with this; an empty text for all of the virtual host.")
    var prefix = "courier."

    @OptionGroup var management: ManagementOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let client = ManagementClient(
            address: try await ManagementAddress.find(management, context: context), transport: context.transport)
        var printer = ListPrinter(
            output.format, columns: QueueView.columns, emptyText: "There are no queues.", console: context.console)
        var number = 1
        while true {
            let page = try await client.queues(prefix: prefix, page: number)
            try await printer.page(page.items)
            if page.items.isEmpty || number >= page.totalPages { break }
            number += 1
        }
        try await printer.end()
    }
}
