internal import ArgumentParser
internal import FoundationEssentials
internal import JSON
internal import JobModel
internal import Recurrence

struct SchedulePreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Show when a rule is due, and which exception hits which occurrence; needs no server.",
        discussion: """
            RULE is what a template's scheduleRule holds: immediate, or an RFC 5545 rule with the prefix RRULE:, perhaps with a line DTSTART:…Z \
            before it. All times are in UTC. Exceptions are anchored where the rule is, and their windows are half open: the last second is outside.

            The exit status is 2 when a rule is not valid.

            courier schedule preview 'RRULE:FREQ=DAILY;BYHOUR=3' --start 2026-01-01T00:00:00Z --exception 'RRULE:FREQ=WEEKLY;BYDAY=SU;BYHOUR=0/1440'
            """)

    @Argument(help: "The rule.")
    var rule: String

    @Option(help: ArgumentHelp("Where the rule begins, such as 2026-01-01T00:00:00Z (default: now).", valueName: "time"))
    var start: String?

    @Option(help: ArgumentHelp("Only occurrences after this time (default: from the beginning).", valueName: "time"))
    var after: String?

    @Option(help: "How many occurrences, 1 to 10000.")
    var count = 10

    @Option(name: .customLong("exception"), parsing: .singleValue, help: ExceptionOption.help)
    var exceptions: [String] = []

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...10_000).contains(count) else { throw ValidationError("Expected --count from 1 to 10000, found \(count).") }
    }

    func run() async throws {
        let startTime = try Self.time(start, "--start")
        let afterTime = try Self.time(after, "--after")
        let schedule = try ExceptionOption.reading(rule, "RULE") { text throws(RecurrenceError) in try ScheduleText(parsing: text) }
        if start != nil, case .recurring(_, start: .some) = schedule {
            throw CommandFailure.badInput("expected either --start or a line DTSTART: in RULE, found both; leave one of them out")
        }
        let begin = startTime ?? Timestamp(seconds: Int64(Date().timeIntervalSince1970.rounded(.down)))
        let recurrence = schedule.recurrence(accepted: begin.seconds)
        let anchor = recurrence?.start ?? begin.seconds
        let windows = try exceptions.map { try Self.exception($0, start: anchor) }
        let preview =
            recurrence.map { SchedulePreview($0, exceptions: windows, after: afterTime, count: count) }
            ?? SchedulePreview(immediateAt: Timestamp(seconds: begin.seconds), exceptions: windows, after: afterTime)
        try await SchedulePrinter(format: output.format, console: CommandContext.current.console).print(
            try JSONNode.parse(preview.encoded()))
    }

    private static func time(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(text) else {
            throw CommandFailure.badInput("expected a time such as 2026-01-01T00:00:00Z for \(option), found \"\(text)\"")
        }
        return time
    }

    private static func exception(_ text: String, start: Int64) throws -> SchedulePreview.Exception {
        let exception = try ExceptionOption.read(text)
        let rule = try ExceptionOption.reading(exception.rrule, "--exception") { text throws(RecurrenceError) in
            try RecurrenceRule(parsing: text)
        }
        return SchedulePreview.Exception(
            text: exception.rrule, recurrence: Recurrence(rule: rule, start: start), minutes: exception.duration)
    }
}
