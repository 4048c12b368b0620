internal import ArgumentParser
internal import JSON

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what is stuck, silent or in the wrong place, and what to do about it.",
        discussion: """
            Asks the API, and RabbitMQ's management API for the queues when its address is known. Exit status: 0 nothing is wrong; 1 something is; \
            3 the server cannot be reached. Notes, such as lost nodes, do not count.
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var management: ManagementOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let diagnosis = try await context.client(server).item("GET", "diagnosis")
        let (queues, trouble) = try await queues(context)
        let examination = Examination(diagnosis: diagnosis, queues: queues, queueTrouble: trouble)
        switch output.format {
        case .table: try await print(examination, context.console)
        case .json, .yaml: try await ItemPrinter(format: output.format, console: context.console).print(examination.document, rows: [])
        }
        if examination.hasProblems { throw CommandFailure.silent(.failure) }
    }

    /// The queues, or why they are not known: the API alone has much to say too.
    private func queues(_ context: CommandContext) async throws -> (queues: [JSONNode]?, trouble: String?) {
        do {
            let client = ManagementClient(
                address: try await ManagementAddress.find(management, context: context), transport: context.transport)
            var queues: [JSONNode] = []
            var number = 1
            while true {
                let page = try await client.queues(prefix: "courier.", page: number)
                queues += page.items
                if page.items.isEmpty || number >= page.totalPages { return (queues, nil) }
                number += 1
            }
        } catch let failure as CommandFailure {
            return (nil, failure.message)
        }
    }

    private func print(_ examination: Examination, _ console: Console) async throws {
        for (columns, items) in examination.tables where !items.isEmpty {
            var table = Table(columns, terminalWidth: console.columns(.output))
            try await console.line(table.lines(items.map { item in columns.map { $0.cell(item) } }).joined(separator: "\n") + "\n")
        }
        for line in examination.summary { try await console.line(line) }
        let findings = examination.findings
        try await console.line(findings.isEmpty ? "\nNothing is wrong." : "")
        for finding in findings { try await console.line(Examination.text(of: finding)) }
    }
}
