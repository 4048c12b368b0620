/// The windows in which nothing is to run: each occurrence of each rule opens one.
public struct ExceptionWindows: Sendable, Hashable {
    /// A rule and how long its windows last.
    public struct Rule: Sendable, Hashable {
        /// When windows open.
        public let recurrence: Recurrence
        /// How long they stay open, in minutes; below 1 never.
        public let minutes: Int

        /// A rule whose occurrences open windows of `minutes`.
        public init(recurrence: Recurrence, minutes: Int) {
            self.recurrence = recurrence
            self.minutes = minutes
        }
    }

    /// A window [start, end) of one of the rules.
    public struct Window: Sendable, Hashable {
        /// The rule's place in `rules`.
        public let rule: Int
        /// When it opened, in seconds since the epoch: the first second inside.
        public let start: Int64
        /// When it closes: the first second outside.
        public let end: Int64
    }

    /// The rules, in the order in which they are asked.
    public let rules: [Rule]

    /// Windows of these rules.
    public init(rules: [Rule] = []) {
        self.rules = rules
    }

    /// The window `instant` lies in, nil when it lies in none. Where several overlap: the first rule's, and of its windows the one that
    /// closes last. Costs one search backwards for each rule.
    public func window(containing instant: Int64) -> Window? {
        for (index, rule) in rules.enumerated() where rule.minutes > 0 {
            guard let start = rule.recurrence.previous(atOrBefore: instant) else { continue }
            let (seconds, overflow) = Int64(rule.minutes).multipliedReportingOverflow(by: 60)
            let (end, overflowToo) = start.addingReportingOverflow(seconds)
            let close = overflow || overflowToo ? Int64.max : end
            if instant < close { return Window(rule: index, start: start, end: close) }
        }
        return nil
    }
}
