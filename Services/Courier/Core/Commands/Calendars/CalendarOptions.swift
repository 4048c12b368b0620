internal import ArgumentParser
internal import JSON
internal import JobModel

/// What a calendar is to be.
struct CalendarOptions: ParsableArguments {
    @Argument(help: "The calendar's name.")
    var name: String

    @Option(help: "What it is for.")
    var description: String?

    @Option(name: .customLong("exception"), parsing: .singleValue, help: ExceptionOption.help)
    var exceptions: [String] = []

    /// The body of the request; the server checks the rules.
    var body: [UInt8] {
        get throws {
            // Not in `validate`, which would say this of an option that is misspelt.
            guard !exceptions.isEmpty else { throw ValidationError("Expected at least one --exception RULE/MINUTES, found none.") }
            let rules = try exceptions.map { text in
                let rule = try ExceptionOption.read(text)
                return JSONNode.object([("rrule", .text(rule.rrule)), ("duration", .number(rule.duration))])
            }
            let calendar = JSONNode.object([
                ("name", .text(name)), ("description", description.map(JSONNode.text)), ("exceptionRules", .array(rules)),
            ])
            return Array(calendar.compact.utf8)
        }
    }
}
