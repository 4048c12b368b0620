internal import ArgumentParser

struct DeadDiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Delete dead letters, and list those that were deleted.")

    @OptionGroup var choice: DeadChoice
    @OptionGroup var management: ManagementOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let discarded = try await DeadLetters.find(management).settle { choice.has($0) ? .discard : .keep }
        try await choice.report(discarded, done: "discarded", format: output.format)
    }
}
