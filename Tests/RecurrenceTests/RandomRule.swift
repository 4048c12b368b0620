@testable import Recurrence

/// Texts of valid rules, by chance.
enum RandomRule {
    static let weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    static func text(_ random: inout SeededRandom, start: Int64) -> String {
        let frequency = Frequency.allCases[random.number(0...6)]
        var parts = ["FREQ=\(frequency)"]
        if random.chance(60) { parts.append("INTERVAL=\(interval(frequency, &random))") }
        let dayParts = dayParts(frequency, &random)
        parts += dayParts
        parts += timeParts(frequency, &random)
        if random.chance(25), parts.contains(where: { $0.hasPrefix("BY") }) {
            parts.append("BYSETPOS=" + joined(random.signed(random.chance(70) ? 4 : 40, upTo: 3)))
        }
        if random.chance(30) { parts.append("WKST=\(weekdays[random.number(0...6)])") }
        switch random.number(1...4) {
        case 1: parts.append("COUNT=\(random.number(1...(random.chance(50) ? 10 : 300)))")
        case 2: parts.append("UNTIL=\(BasicDateTime.format(Int(start) + random.number(0...(random.chance(50) ? 400_000 : 90_000_000))))")
        default: break
        }
        return "RRULE:" + parts.shuffled(using: &random).joined(separator: ";")
    }

    static func start(_ random: inout SeededRandom) -> Int64 {
        let day = random.number(10_000...22_000)
        let second = random.chance(40) ? random.number(0...23) * 3_600 : random.number(0...86_399)
        return Int64(day * 86_400 + second)
    }

    private static func interval(_ frequency: Frequency, _ random: inout SeededRandom) -> Int {
        switch (frequency, random.number(1...3)) {
        case (.yearly, _), (_, 1): random.number(1...5)
        case (.secondly, 2):
            [7, 10, 30, 45, 77, 90, 120, 3_600, 5_401, 86_399, 86_401, 100_000, 604_800].randomElement(using: &random) ?? 1
        case (.minutely, 2): [7, 15, 25, 49, 60, 97, 1_440, 1_441, 10_080].randomElement(using: &random) ?? 1
        case (.hourly, 2): [6, 7, 9, 12, 23, 24, 25, 49, 168].randomElement(using: &random) ?? 1
        default: random.number(1...15)
        }
    }

    private static func dayParts(_ frequency: Frequency, _ random: inout SeededRandom) -> [String] {
        var parts: [String] = []
        let hasWeekNumbers = frequency == .yearly && random.chance(25)
        if hasWeekNumbers { parts.append("BYWEEKNO=" + joined(random.chance(40) ? [53, 1, -1, -53] : random.signed(53, upTo: 4))) }
        if random.chance(30) { parts.append("BYMONTH=" + joined(random.list(1...12, upTo: 4))) }
        let allowsYearDays = frequency == .yearly || frequency < .daily
        if allowsYearDays, random.chance(20) {
            parts.append("BYYEARDAY=" + joined(random.signed(366, upTo: 12) + (random.chance(30) ? [-366, 366, 1] : [])))
        }
        if frequency != .weekly, random.chance(30) { parts.append("BYMONTHDAY=" + joined(random.signed(31, upTo: 6))) }
        if random.chance(45) {
            let numbered = frequency >= .monthly && !hasWeekNumbers
            let days = (0..<random.number(1...5)).map { _ in
                let number = numbered && random.chance(50) ? random.signed(frequency == .monthly ? 5 : 53, upTo: 1)[0] : 0
                return (number == 0 ? "" : "\(number)") + weekdays[random.number(0...6)]
            }
            parts.append("BYDAY=" + days.joined(separator: ","))
        }
        return parts
    }

    private static func timeParts(_ frequency: Frequency, _ random: inout SeededRandom) -> [String] {
        var parts: [String] = []
        if random.chance(30) { parts.append("BYHOUR=" + joined(random.list(0...23, upTo: 4))) }
        if random.chance(30) { parts.append("BYMINUTE=" + joined(random.list(0...59, upTo: 4))) }
        if random.chance(30) { parts.append("BYSECOND=" + joined(random.list(0...60, upTo: 4))) }
        return parts
    }

    private static func joined(_ values: [Int]) -> String { values.map(String.init).joined(separator: ",") }
}
