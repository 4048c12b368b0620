internal import JSON
internal import Recurrence

extension ExceptionCalendar {
    /// The fields that a client sends.
    public static let fields: Set<String> = ["name", "description", "exceptionRules"]

    /// What is wrong with the calendar as it was sent; empty when nothing is.
    public var problems: [TemplateProblem] {
        var problems: [TemplateProblem] = []
        func check(_ isGood: Bool, _ field: String, _ expected: String, _ found: String) {
            guard !isGood else { return }
            problems.append(
                TemplateProblem(at: .root.appending(field), message: "out of range", expected: expected, found: found))
        }
        let length = name.unicodeScalars.count
        let hasControls = name.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
        check((1...128).contains(length) && !hasControls, "name", "1 to 128 characters, no control characters", "\(length) characters")
        if let description {
            let length = description.unicodeScalars.count
            check((1...1024).contains(length), "description", "1 to 1024 characters", "\(length) characters")
        }
        check((1...1000).contains(exceptionRules.count), "exceptionRules", "1 to 1000 rules", "\(exceptionRules.count)")
        for (index, rule) in exceptionRules.enumerated() {
            let pointer = JSONPointer.root.appending("exceptionRules").appending(String(index))
            if let problem = rule.problem(at: pointer) { problems.append(problem) }
        }
        return problems
    }

    /// The calendar with its rules in upper case, as templates store them.
    public var canonical: ExceptionCalendar {
        var calendar = self
        calendar.exceptionRules = exceptionRules.map { rule in
            let upper = rule.rrule.utf8.filter { $0 != UInt8(ascii: "\r") }.map { (97...122).contains($0) ? $0 - 32 : $0 }
            return ExceptionRule(rrule: String(decoding: upper, as: UTF8.self), duration: rule.duration)
        }
        return calendar
    }
}

extension ExceptionRule {
    fileprivate func problem(at pointer: JSONPointer) -> TemplateProblem? {
        guard Self.durations.contains(duration) else {
            return TemplateProblem(
                at: pointer.appending("duration"), message: "out of range",
                expected: "an integer from \(Self.durations.lowerBound) to \(Self.durations.upperBound)", found: String(duration))
        }
        do {
            guard case .immediate = try ScheduleText(parsing: rrule) else { return nil }
            return TemplateProblem(
                at: pointer.appending("rrule"), message: "not an exception", expected: "a rule with the prefix RRULE:", found: "immediate",
                hint: "an exception recurs; immediate does not")
        } catch {
            return TemplateProblem(
                at: pointer.appending("rrule"), message: "not a recurrence rule", expected: error.expected,
                found: error.found.isEmpty ? "nothing" : "\"\(error.found)\"", hint: "\(error.part) at character \(error.offset + 1)")
        }
    }
}
