internal import ArgumentParser
internal import JSON

struct ProfilesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List profiles, without their tokens.")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let profiles = try await ProfileFile(context: context).read()
        let columns = [
            Column("CURRENT") { $0["current"]?.compact == "true" ? "*" : "" }, Column.field("NAME", "name"),
            Column.field("SERVER", "url", isFlexible: true),
        ]
        var printer = ListPrinter(
            output.format, columns: columns, emptyText: "There are no profiles; make one: courier login URL", console: context.console)
        try await printer.page(
            profiles.entries.sorted { $0.key < $1.key }.map { name, entry in
                .object([("name", .text(name)), ("url", .text(entry.url)), ("current", .bool(name == profiles.current))])
            })
        try await printer.end()
    }
}
