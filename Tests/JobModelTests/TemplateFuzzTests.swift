import JSON
import Testing

@testable import JobModel

/// Templates with random changes: whatever comes, the reader answers with a template or with problems, never with both or neither, and
/// what it accepts is read back unchanged.
@Suite struct TemplateFuzzTests {
    /// Splitmix64.
    struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    static let seeds: [[UInt8]] = ManifestCase.accepted.compactMap { try? Fixture.bytes("templates/\($0.file)") }

    @Test(arguments: 1...6)
    func changedTemplatesAreAnswered(_ seed: Int) throws {
        var random = Random(state: UInt64(seed))
        try #require(!Self.seeds.isEmpty)
        var accepted = 0
        for round in 0..<60 {
            var value = try JSONDocument(parsing: Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)]).root.value
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.change(&value, &random) }
            var bytes = value.encoded()
            if round % 5 == 0 { damage(&bytes, &random) }
            let reading = TemplateReader.read(bytes)
            #expect((reading.template == nil) == !reading.problems.isEmpty)
            guard let template = reading.template else { continue }
            accepted += 1
            let again = TemplateReader.read(template.encoded())
            #expect(again.template == template)
            #expect(again.problems.isEmpty && again.warnings.isEmpty, "\(again.problems) \(again.warnings)")
        }
        #expect(accepted > 0)
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout Random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        default: bytes.removeSubrange(index...)
        }
    }

    /// Replaces, removes or adds one value somewhere in the tree.
    static func change(_ value: inout JSONValue, _ random: inout Random) {
        switch value {
        case .object(var members) where !members.isEmpty && Int.random(in: 0..<8, using: &random) > 0:
            let keys = members.keys.sorted()
            let key = keys[Int.random(in: 0..<keys.count, using: &random)]
            switch Int.random(in: 0..<16, using: &random) {
            case 0: members[key] = nil
            case 1: members[key + "x"] = members[key]
            default:
                var member = members[key] ?? .null
                change(&member, &random)
                members[key] = member
            }
            value = .object(members)
        case .array(var elements) where !elements.isEmpty && Int.random(in: 0..<8, using: &random) > 0:
            let index = Int.random(in: 0..<elements.count, using: &random)
            change(&elements[index], &random)
            value = .array(elements)
        default: value = Self.values[Int.random(in: 0..<Self.values.count, using: &random)]
        }
    }

    static let values: [JSONValue] = [
        .null, .bool(true), .bool(false), .string(""), .string("immediate"), .string("RRULE:FREQ=DAILY;COUNT=3"), .string("$wanted"),
        .string("linear"), .string("\u{0}"), .string("e\u{301}\r\n"), .number(JSONNumber(0)), .number(JSONNumber(1)),
        .number(JSONNumber(-1)), .number(JSONNumber(Int.max)), .array([]), .object([:]), .array([.string("true")]),
        .object(["type": .string("percent"), "value": .number(JSONNumber(50))]), .string("00000000-0000-0000-0000-000000000000"),
    ]
}
