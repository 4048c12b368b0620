import FoundationEssentials

@testable import Recurrence

/// The vector files, as they are written.
struct VectorFile: Decodable {
    let cases: [Vector]

    static func load(_ name: String) throws -> [Vector] {
        try JSONDecoder().decode(VectorFile.self, from: fixture(name)).cases
    }

    static func fixture(_ name: String) throws -> Data {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try Data(contentsOf: folder.appending(path: "Fixtures/recurrence/\(name)"))
    }
}

struct Vector: Decodable {
    struct Query: Decodable {
        let op: String
        let at: String?
        let from: String?
        let to: String?
        let inclusive: Bool
    }

    enum Answer: Decodable {
        case one(String)
        case many([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let many = try? container.decode([String].self) {
                self = .many(many)
            } else {
                self = .one(try container.decode(String.self))
            }
        }

        var texts: [String] {
            switch self {
            case .one(let text): [text]
            case .many(let texts): texts
            }
        }
    }

    let id: String
    let label: String
    let rrule: String
    let dtstart: String?
    let expected: [String]?
    let complete: Bool?
    let dtstartMatches: Bool?
    let query: Query?
    let expectedQuery: Answer?

    func recurrence() throws -> Recurrence {
        Recurrence(rule: try RecurrenceRule(parsing: rrule), start: try instant(dtstart ?? "2025-01-01T00:00:00Z"))
    }
}

struct ExceptionFile: Decodable {
    struct Case: Decodable {
        struct Rule: Decodable {
            let rrule: String
            let duration: Int
        }

        let id: String
        let dtstart: String
        let scheduleRule: String
        let exceptionRules: [Rule]
        let considered: Int
        let performed: [String]
        let notPerformed: [String]
    }

    let cases: [Case]
}

struct Malformed: Error {
    let text: String
}

/// Seconds since the epoch of `2025-01-01T00:00:00Z`.
func instant(_ text: String) throws -> Int64 {
    let basic = text.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }
    guard let value = BasicDateTime.parse(basic[...], requiresZone: true) else { throw Malformed(text: text) }
    return Int64(value)
}

/// `2025-01-01T00:00:00Z` of seconds since the epoch.
func text(_ instant: Int64) -> String {
    let basic = Array(BasicDateTime.format(Int(instant)).utf8)
    func part(_ range: Range<Int>) -> String { String(decoding: basic[range], as: UTF8.self) }
    return "\(part(0..<4))-\(part(4..<6))-\(part(6..<11)):\(part(11..<13)):\(part(13..<16))"
}
