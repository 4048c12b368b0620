internal import ArgumentParser

struct EnrolmentKeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List enrolment keys, without their tokens.")

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await CommandContext.current.client(server)
        try await list.print(
            client, "enrolment-keys", columns: EnrolmentKeyView.columns, emptyText: "There are no enrolment keys.", format: output.format)
    }
}
