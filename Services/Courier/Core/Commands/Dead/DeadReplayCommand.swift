internal import ArgumentParser

struct DeadReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Send dead letters to the queues they were taken from, and list those that were sent.",
        discussion: """
            Each is sent as a new message: its receiver looks at it again. A letter that came from a node is refused unless --vouch is given: what the \
            broker vouched for when the node sent it, you vouch for then. Look at it first: courier queues peek courier.dead.
            """)

    @OptionGroup var choice: DeadChoice

    @Flag(help: "Also replay what came from nodes.")
    var vouch = false

    @OptionGroup var management: ManagementOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let replayed = try await DeadLetters.find(management).settle { letter in
            guard choice.has(letter) else { return .keep }
            guard !letter.isFromNode || vouch else {
                if choice.all { return .keep }
                let name = letter.id ?? "the letter"
                throw CommandFailure.failed("\(name) came from a node; look at it first, and give --vouch to replay it nevertheless")
            }
            return .replay
        }
        try await choice.report(replayed, done: "replayed", format: output.format)
    }
}
