public import JSON
public import Recurrence

/// The next occurrences of a schedule, and which of them fall into a window in which nothing runs.
public struct SchedulePreview: Sendable, Hashable {
    /// A rule that opens windows, as its author wrote it.
    public struct Exception: Sendable, Hashable {
        /// The rule's text, for the reader of the preview.
        public var text: String
        /// When windows open.
        public var recurrence: Recurrence
        /// How long they stay open, in minutes.
        public var minutes: Int
        /// The global calendar the rule belongs to; `nil` for the job's own.
        public var calendar: String?

        /// A rule that opens windows.
        public init(text: String, recurrence: Recurrence, minutes: Int, calendar: String? = nil) {
            self.text = text
            self.recurrence = recurrence
            self.minutes = minutes
            self.calendar = calendar
        }

        /// The window that `instant` lies in.
        func window(at instant: Int64) -> ExceptionWindows.Window? {
            ExceptionWindows(rules: [.init(recurrence: recurrence, minutes: minutes)]).window(containing: instant)
        }
    }

    /// The window an occurrence falls into.
    public struct Window: Sendable, Hashable {
        /// The rule that opened it.
        public var rule: String
        /// The first second of it.
        public var from: Timestamp
        /// The first second outside.
        public var until: Timestamp
        /// The global calendar the rule belongs to; `nil` for the job's own.
        public var calendar: String?
    }

    /// One occurrence.
    public struct Occurrence: Sendable, Hashable {
        /// When it is due.
        public var at: Timestamp
        /// Why it will not be performed.
        public var excepted: Window?
    }

    /// In order.
    public var occurrences: [Occurrence]
    /// Whether nothing follows.
    public var exhausted: Bool

    /// The first `count` occurrences after `after` (from the beginning when it is `nil`), each with the first exception that hits it.
    public init(_ recurrence: Recurrence, exceptions: [Exception], after: Timestamp?, count: Int) {
        var found: [Occurrence] = []
        var next = recurrence.next(after: after?.seconds ?? .min)
        while let second = next, found.count < count {
            found.append(Occurrence(at: Timestamp(seconds: second), excepted: Self.hit(second, exceptions)))
            next = recurrence.next(after: second)
        }
        occurrences = found
        exhausted = next == nil
    }

    /// The one occurrence of an immediate job at `time`, unless it is not after `after`.
    public init(immediateAt time: Timestamp, exceptions: [Exception], after: Timestamp?) {
        let isListed = after.map { time > $0 } ?? true
        occurrences = isListed ? [Occurrence(at: time, excepted: Self.hit(time.seconds, exceptions))] : []
        exhausted = true
    }

    /// The window of the first of `exceptions` that holds an occurrence at `second` back.
    public static func hit(_ second: Int64, _ exceptions: [Exception]) -> Window? {
        for exception in exceptions {
            guard let window = exception.window(at: second) else { continue }
            // A window may close beyond what a time can be written as.
            let end = min(window.end, Self.lastSecond)
            return Window(
                rule: exception.text, from: Timestamp(seconds: window.start), until: Timestamp(seconds: end), calendar: exception.calendar)
        }
        return nil
    }

    /// 9999-12-31T23:59:59Z.
    private static let lastSecond: Int64 = 253_402_300_799
}

extension SchedulePreview: JSONEncodable {
    /// Writes `{"occurrences": [{"at", "excepted": null | {"rule", "until"}}], "exhausted"}`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writeFields(to: &$0) }
    }

    /// Writes the two members.
    public func writeFields(to writer: inout JSONWriter) {
        writer.field("occurrences", occurrences)
        writer.field("exhausted", exhausted)
    }
}

extension SchedulePreview.Occurrence: JSONEncodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("at", at)
            writer.key("excepted")
            guard let excepted else { return writer.null() }
            writer.object { writer in
                writer.field("rule", excepted.rule)
                writer.field("until", excepted.until)
                writer.field("calendar", ifPresent: excepted.calendar)
            }
        }
    }
}

extension JobTemplate {
    /// The job's own exceptions as a preview asks for them, anchored at `start`.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    public func previewExceptions(start: Int64) throws(RecurrenceError) -> [SchedulePreview.Exception] {
        var exceptions: [SchedulePreview.Exception] = []
        for rule in exceptionRules {
            let recurrence = Recurrence(rule: try RecurrenceRule(parsing: rule.rrule), start: start)
            exceptions.append(.init(text: rule.rrule, recurrence: recurrence, minutes: rule.duration))
        }
        return exceptions
    }

    /// The next occurrences of the job accepted at `acceptedAt`, its own exceptions and `global` ones considered.
    ///
    /// - Throws: `RecurrenceError` for a rule that is none.
    public func preview(
        acceptedAt: Timestamp, global: [SchedulePreview.Exception] = [], after: Timestamp?, count: Int
    ) throws(RecurrenceError) -> SchedulePreview {
        let recurrence = try ScheduleText(parsing: scheduleRule).recurrence(accepted: acceptedAt.seconds)
        let own = try previewExceptions(start: recurrence?.start ?? acceptedAt.seconds)
        let exceptions = useGlobalExceptions ? own + global : own
        guard let recurrence else { return SchedulePreview(immediateAt: acceptedAt, exceptions: exceptions, after: after) }
        return SchedulePreview(recurrence, exceptions: exceptions, after: after, count: count)
    }
}
