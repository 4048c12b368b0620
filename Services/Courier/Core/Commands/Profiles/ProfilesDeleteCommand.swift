internal import ArgumentParser
internal import JSON

struct ProfilesDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete a profile and the token in it.")

    @Argument(help: "The profile's name.")
    var name: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        let file = try ProfileFile(context: context)
        var profiles = try await file.read()
        guard let entry = profiles.entries[name] else {
            let known = profiles.entries.keys.sorted().joined(separator: ", ")
            throw CommandFailure.badInput("there is no profile \"\(name)\" in \(file.path); known: \(known.isEmpty ? "none" : known)")
        }
        profiles.entries[name] = nil
        if profiles.current == name { profiles.current = nil }
        try await file.write(profiles)
        try await ItemPrinter(format: output.format, console: context.console)
            .print(
                .object([("name", .text(name)), ("url", .text(entry.url))]), rows: [("Deleted profile", name), ("Server", entry.url)])
    }
}
