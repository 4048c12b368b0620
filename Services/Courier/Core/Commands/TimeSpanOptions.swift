internal import ArgumentParser

/// The options of lists of what happened in a stretch of time.
struct TimeSpanOptions: ParsableArguments {
    @Option(help: "Only of instances created at this time or later, such as 2026-01-01T00:00:00Z.")
    var from: String?

    @Option(help: "Only of instances created before this time.")
    var to: String?

    var isEmpty: Bool { from == nil && to == nil }

    var query: [(String, String)] { [from.map { ("from", $0) }, to.map { ("to", $0) }].compactMap(\.self) }
}
