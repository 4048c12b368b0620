/// The parts a rule may have, by the names of RFC 5545.
enum RulePart: String, CaseIterable {
    case freq = "FREQ"
    case interval = "INTERVAL"
    case count = "COUNT"
    case until = "UNTIL"
    case bySecond = "BYSECOND"
    case byMinute = "BYMINUTE"
    case byHour = "BYHOUR"
    case byDay = "BYDAY"
    case byMonthDay = "BYMONTHDAY"
    case byYearDay = "BYYEARDAY"
    case byWeekNo = "BYWEEKNO"
    case byMonth = "BYMONTH"
    case bySetPos = "BYSETPOS"
    case wkst = "WKST"

    /// For a part that is a list of numbers: the lowest and highest magnitude, and whether a sign is allowed.
    var numbers: (range: ClosedRange<Int>, signed: Bool)? {
        switch self {
        case .bySecond: (0...60, false)
        case .byMinute: (0...59, false)
        case .byHour: (0...23, false)
        case .byMonthDay: (1...31, true)
        case .byYearDay, .bySetPos: (1...366, true)
        case .byWeekNo: (1...53, true)
        case .byMonth: (1...12, false)
        case .freq, .interval, .count, .until, .byDay, .wkst: nil
        }
    }

    var isBy: Bool { rawValue.utf8.starts(with: "BY".utf8) }

    static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
