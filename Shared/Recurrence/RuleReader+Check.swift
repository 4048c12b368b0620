extension RuleReader {
    /// Refuses what RFC 5545 3.3.10 says a rule MUST NOT combine.
    func check() throws(RecurrenceError) {
        guard let frequency else {
            throw RecurrenceError(.missingPart, part: RulePart.freq.rawValue, expected: "FREQ=SECONDLY, MINUTELY, … or YEARLY", found: rule)
        }
        if count != nil { try refuse(.until, "either COUNT or UNTIL, not both") }
        if frequency != .yearly { try refuse(.byWeekNo, "BYWEEKNO only with FREQ=YEARLY") }
        if frequency == .daily || frequency == .weekly || frequency == .monthly {
            try refuse(.byYearDay, "BYYEARDAY only with FREQ=YEARLY, HOURLY, MINUTELY or SECONDLY")
        }
        if frequency == .weekly { try refuse(.byMonthDay, "no BYMONTHDAY with FREQ=WEEKLY") }
        if weekdays.contains(where: { $0.ordinal != 0 }) {
            if frequency < .monthly { try refuse(.byDay, "numbered weekdays only with FREQ=MONTHLY or YEARLY") }
            if parts[.byWeekNo] != nil { try refuse(.byDay, "no numbered weekdays beside BYWEEKNO") }
        }
        if !parts.keys.contains(where: { $0.isBy && $0 != .bySetPos }) {
            try refuse(.bySetPos, "BYSETPOS only beside another BY part")
        }
    }

    private func refuse(_ part: RulePart, _ expected: String) throws(RecurrenceError) {
        guard let segment = parts[part] else { return }
        throw RecurrenceError(.combination, part: part.rawValue, expected: expected, found: segment)
    }
}
