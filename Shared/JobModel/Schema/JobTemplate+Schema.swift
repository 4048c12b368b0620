internal import JSON
internal import Recurrence

extension JobTemplate {
    /// The whole document.
    static var schema: Schema {
        let example = "RRULE:FREQ=DAILY;BYHOUR=3;BYMINUTE=0;BYSECOND=0"
        return Schema.object([
            .required("name", .text(TemplateLimits.name).described("The job's name, 1 to 128 characters.")),
            .optional("description", .text(TemplateLimits.description).described("What the job is good for, 1 to 1,024 characters.")),
            .optional(
                "scheduleRule",
                Schema(("type", "string")).withExamples("immediate", example, "DTSTART:20260101T000000Z\n\(example)")
                    .described(
                        "When, in UTC: immediate, or an RFC 5545 rule with the prefix RRULE:, with an optional line DTSTART:…Z before it.")),
            .optional(
                "exceptionRules",
                .array(of: .reference("exceptionRule")).described("Windows in which no occurrence is performed.").withDefault([JSONValue]())
            ),
            .optional("useGlobalExceptions", .flag.withDefault(false).described("Whether the global calendars hold for this job as well.")),
            .optional(
                "overlapPolicy",
                .choice(OverlapPolicy.self).withDefault(OverlapPolicy.allow)
                    .described("What becomes of an occurrence while an earlier instance runs.")),
            .optional("missedPolicy", MissedPolicy.schema),
            .optional("allowManualExecution", .flag.withDefault(true).described("Whether users may run the job beside its schedule.")),
            .required("target", Target.schema),
            .required("actions", Actions.schema),
            .optional("immediate", .flag.deprecated("write scheduleRule: immediate")),
            .optional("timeoutSeconds", .int(NodeGroup.timeouts).deprecated("timeoutSeconds belongs to each group")),
        ]).and(ruleOrImmediate)
    }

    /// `immediate: true` of the beta dialect stands in place of `scheduleRule`, or beside one that says the same.
    private static var ruleOrImmediate: Schema {
        .when(
            .having(("immediate", Schema(("const", true))), required: ["immediate"]),
            then: .having(("scheduleRule", Schema(("enum", [JSONValue.string("immediate"), .string(""), .null])))),
            otherwise: .having(
                ("scheduleRule", .any(of: [.constant("immediate"), Schema(("type", "string"), ("pattern", RulePattern.schedule))])),
                required: ["scheduleRule"]))
    }
}

/// What of RFC 5545's rules a regular expression can tell; `RecurrenceRule` reads the rest.
private enum RulePattern {
    static let rule = "\(anyCase("RRULE:"))([^\\n]*;)?\(anyCase("FREQ"))=(\(frequencies))(;[^\\n]*)?"
    static let start = "\(anyCase("DTSTART")):[0-9]{8}[Tt][0-9]{6}[Zz]\\r?\\n"
    static let schedule = "^(\(start))?\(rule)$"
    static let exception = "^\(rule)$"
    private static let frequencies = Frequency.allCases.map { anyCase($0.description) }.joined(separator: "|")

    static func anyCase(_ word: String) -> String {
        word.map { $0.isLetter ? "[\($0.uppercased())\($0.lowercased())]" : String($0) }.joined()
    }
}

extension ExceptionRule {
    /// An element of `exceptionRules`, or its older form, a text.
    static var schema: Schema {
        let rule = Schema(("type", "string"), ("pattern", RulePattern.exception))
            .described("When windows open: an RFC 5545 rule with the prefix RRULE:.")
            .withExamples("RRULE:FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=0;BYMINUTE=0;BYSECOND=0")
        let text = Schema(("type", "string")).deprecated("write an object with rrule and duration")
            .and(Schema(("pattern", RulePattern.rule)), Schema(("pattern", "\(RulePattern.anyCase("DURATION")):[Pp]")))
        return .any(of: [
            .object([
                .required("rrule", rule), .required("duration", .int(durations).described("How long a window stays open, in minutes.")),
            ]), text,
        ])
    }
}

extension MissedPolicy {
    static var schema: Schema {
        Schema.object([
            .optional("action", .choice(Action.self).withDefault(MissedPolicy().action).described("What to do with missed occurrences.")),
            .optional(
                "windowSeconds",
                .int(TemplateLimits.missedWindowSeconds).withDefault(MissedPolicy().windowSeconds)
                    .described("Only occurrences at most this many seconds old are performed.")),
        ]).described("What becomes of occurrences that nobody was there to start.")
    }
}
