internal import ArgumentParser
internal import JSON

struct JobsVersionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List the versions of a job, newest first; with --number, show one with its template.")

    @Argument(help: "The job's id.")
    var job: String

    @Option(help: "The version to show, from 1; json and yaml show its template in canonical form.")
    var number: Int?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let client = try await context.client(server)
        let path = "jobs/\(PercentEncoding.encode(job))/versions"
        guard let number else {
            return try await list.print(
                client, path, columns: JobVersionView.columns, emptyText: "There are no versions.", format: output.format)
        }
        let item = try await client.item("GET", "\(path)/\(number)")
        try await ItemPrinter(format: output.format, console: context.console).print(item, rows: JobVersionView.rows(item))
    }
}
