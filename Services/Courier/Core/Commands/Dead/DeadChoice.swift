internal import ArgumentParser

/// Which dead letters a command is about.
struct DeadChoice: ParsableArguments {
    @Argument(help: "The message ids of the letters, as listed.")
    var ids: [String] = []

    @Flag(help: "All letters.")
    var all = false

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("Give either message ids or --all.") }
    }

    func has(_ letter: DeadLetters.Letter) -> Bool {
        all || ids.contains { $0.lowercased() == letter.id?.lowercased() }
    }

    /// Says what was done, and fails for the identifiers that no letter has.
    func report(_ letters: [DeadLetters.Letter], done: String, format: OutputFormat) async throws {
        let console = CommandContext.current.console
        var printer = ListPrinter(format, columns: DeadLetters.columns, emptyText: "No letter was \(done).", console: console)
        try await printer.page(letters.map(\.document))
        try await printer.end()
        let found = Set(letters.compactMap { $0.id?.lowercased() })
        let missing = ids.filter { !found.contains($0.lowercased()) }
        guard missing.isEmpty else {
            throw CommandFailure.failed("there is no dead letter \(missing.joined(separator: ", ")); see: courier dead list")
        }
    }
}
