internal import JSON
internal import Recurrence

extension JobTemplate {
    /// `scheduleRule`, or `immediate: true` of the beta dialect.
    static func readScheduleRule(_ fields: ObjectReader) -> String? {
        let immediate = fields.optional("immediate")
        guard let immediate, immediate.bool() == true else {
            let missing = "immediate, or a rule with the prefix RRULE:"
            let rule = fields.required("scheduleRule", missing)?.scheduleRule()
            if rule != nil { immediate?.warn("false is what scheduleRule says already; left out") }
            return rule
        }
        guard let rule = fields.optional("scheduleRule"), rule.node.text?.isEmpty != true else {
            immediate.warn("immediate: true is written scheduleRule: \"immediate\"")
            return "immediate"
        }
        guard let text = rule.scheduleRule() else { return nil }
        guard text == "immediate" else {
            return immediate.problem("contradiction", expected: "false, or no field, beside a rule in scheduleRule")
        }
        immediate.warn("true is what scheduleRule says already; left out")
        return text
    }
}

extension ExceptionRule {
    /// The longest window, in minutes: ten years.
    public static let durations = 1...5_270_400

    /// An element of `exceptionRules`: an object, or a text of two lines, `RRULE:…` and `DURATION:PT…M`.
    static func read(_ value: TemplateValue) -> ExceptionRule? {
        if let text = value.node.text { return read(text, of: value) }
        return value.object { fields in
            let rrule = fields.required("rrule", "a rule with the prefix RRULE:")?.exceptionRule()
            let duration = fields.required("duration", "the window's length in minutes")?.int(durations)
            guard let rrule, let duration else { return nil }
            return ExceptionRule(rrule: rrule, duration: duration)
        }
    }

    private static func read(_ text: String, of value: TemplateValue) -> ExceptionRule? {
        let lines = text.split(whereSeparator: \.isNewline)
        let isDuration = { (line: Substring) in line.lowercased().hasPrefix("duration:") }
        let rrule = value.exceptionRule(lines.filter { !isDuration($0) }.joined(separator: "\n"))
        let form = "an object {\"rrule\": …, \"duration\": minutes}, or a line DURATION:PT60M after the rule"
        guard let line = lines.first(where: isDuration) else {
            return value.problem("no duration", expected: form, found: "a rule alone")
        }
        guard let minutes = RuleDuration.minutes(line.dropFirst("duration:".count)), durations.contains(minutes) else {
            return value.problem(
                "not a duration", expected: "whole minutes such as DURATION:PT60M, at least one", found: "another duration")
        }
        guard let rrule else { return nil }
        value.warn("written as an object with rrule and duration in minutes")
        return ExceptionRule(rrule: rrule, duration: minutes)
    }
}

/// A duration as RFC 5545 (section 3.3.6) writes it.
enum RuleDuration {
    /// `PT90M`, `PT1H30M`, `P1DT2H`, `P2W` as minutes; `nil` for anything else, seconds that make no whole minute included.
    static func minutes(_ text: Substring) -> Int? {
        var rest = Array(text.uppercased().utf8)[...]
        guard rest.popFirst() == UInt8(ascii: "P"), !rest.isEmpty else { return nil }
        var seconds = 0
        var units: [UInt8: Int] = [UInt8(ascii: "W"): 604_800, UInt8(ascii: "D"): 86_400]
        while let byte = rest.first {
            if byte == UInt8(ascii: "T") {
                guard units[UInt8(ascii: "T")] == nil else { return nil }
                units = [UInt8(ascii: "T"): 0, UInt8(ascii: "H"): 3600, UInt8(ascii: "M"): 60, UInt8(ascii: "S"): 1]
                rest.removeFirst()
                guard !rest.isEmpty else { return nil }
                continue
            }
            let digits = rest.prefix { (48...57).contains($0) }
            guard (1...9).contains(digits.count), let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
            rest.removeFirst(digits.count)
            guard let unit = rest.popFirst(), unit != UInt8(ascii: "T"), let factor = units.removeValue(forKey: unit) else { return nil }
            seconds += number * factor
        }
        return seconds % 60 == 0 ? seconds / 60 : nil
    }
}

extension TemplateValue {
    /// `immediate` or a rule, in upper case.
    fileprivate func scheduleRule() -> String? {
        guard let text = text() else { return nil }
        do {
            if case .immediate = try ScheduleText(parsing: text) { return text }
            return inUpperCase(text)
        } catch {
            return badRule(error)
        }
    }

    /// The rule of an exception, in upper case.
    fileprivate func exceptionRule() -> String? {
        text().flatMap(exceptionRule)
    }

    fileprivate func exceptionRule(_ text: String) -> String? {
        guard text != "immediate" else {
            return problem("not an exception", expected: "a rule with the prefix RRULE:", hint: "an exception recurs; immediate does not")
        }
        do {
            _ = try RecurrenceRule(parsing: text)
            return inUpperCase(text)
        } catch {
            return badRule(error)
        }
    }

    private func badRule<T>(_ error: RecurrenceError) -> T? {
        let there = error.found.isEmpty ? "nothing" : "\"\(error.found)\""
        return problem(
            "not a recurrence rule", expected: error.expected, found: there, hint: "\(error.part) at character \(error.offset + 1)")
    }

    /// ASCII letters only, which is all a rule consists of; lines end in LF.
    private func inUpperCase(_ text: String) -> String {
        let upper = text.utf8.filter { $0 != UInt8(ascii: "\r") }.map { (97...122).contains($0) ? $0 - 32 : $0 }
        let stored = String(decoding: upper, as: UTF8.self)
        if stored != text { warn("stored in upper case") }
        return stored
    }
}
