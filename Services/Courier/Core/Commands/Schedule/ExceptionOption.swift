internal import ArgumentParser
internal import JobModel
internal import Recurrence

/// The value of `--exception`: `RULE/MINUTES`.
enum ExceptionOption {
    static let help = ArgumentHelp(
        "A rule whose occurrences open windows of so many minutes; may be given several times.", valueName: "rule/minutes")

    /// Reads the two parts; the rule itself is not looked at. A rule has no slash.
    static func read(_ text: String) throws -> ExceptionRule {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let durations = ExceptionRule.durations
        guard parts.count == 2, let minutes = Int(parts[1]), durations.contains(minutes) else {
            throw CommandFailure.badInput(
                "expected RULE/MINUTES for --exception, minutes from \(durations.lowerBound) to \(durations.upperBound), found \"\(text)\"")
        }
        return ExceptionRule(rrule: String(parts[0]), duration: minutes)
    }

    /// What `read` makes of `text`, or a failure that says what is wrong where.
    static func reading<Value>(
        _ text: String, _ name: String, _ read: (String) throws(RecurrenceError) -> Value
    ) throws -> Value {
        do {
            return try read(text)
        } catch {
            throw CommandFailure.badInput(DisplayWidth.printable("\(name) is not a valid rule: \(error)"))
        }
    }
}
