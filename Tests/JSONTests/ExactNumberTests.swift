import JSON
import Testing

@Suite struct ExactNumberTests {
    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("0.000", 0), ("0e999999999999999999999", 0), ("1.0", 1), ("10e-1", 1), ("1e2", 100), ("-12.50e1", -125),
            ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9.223372036854775807e18", .max),
            ("922337203685477580700e-2", .max),
            ("999999999999999999", 999_999_999_999_999_999), ("1000000000000000000", 1_000_000_000_000_000_000),
        ] as [(String, Int)])
    func integersAreReadWhateverTheWriting(_ literal: String, _ value: Int) throws {
        #expect(try Int(json: Array(literal.utf8)) == value)
        #expect(try [Int](json: Array("[\(literal),\(literal) ]".utf8)) == [value, value])
        #expect(JSONNumber(literal)?.int == value)
        #expect(JSONNumber(literal) == JSONNumber(value))
    }

    @Test(
        arguments: [
            ("1.5", .notInteger), ("1e-1", .notInteger), ("1e-99999999999999999999", .notInteger), ("9223372036854775808", .numberRange),
            ("-9223372036854775809", .numberRange), ("1e19", .numberRange), ("1e99999999999999999999", .numberRange), ("\"1\"", .type),
            ("null", .type), ("01", .number), ("-", .unexpectedEnd),
        ] as [(String, JSONError.Code)])
    func whatIsNoIntIsRefused(_ literal: String, _ code: JSONError.Code) {
        #expect(refusal { _ = try Int(json: Array(literal.utf8)) }?.code == code)
    }

    @Test func doublesReadBackAsTheyWere() throws {
        var random = RepeatableRandom(seed: 7)
        let edges = [
            0, -0.0, 1, 0.1, .pi, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 1e15, 1e16, 1e21, 1e-7,
            9_007_199_254_740_992,
        ]
        let values = edges + (0..<3000).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite)
        for value in values {
            #expect(try Double(json: value.encoded()).bitPattern == value.bitPattern, "\(value)")
        }
        #expect(Double.nan.encoded() == Array("null".utf8))
        #expect(refusal { _ = try Double(json: Array("1e309".utf8)) }?.code == .numberRange)
        #expect(try Double(json: Array("1e-400".utf8)) == 0)
    }

    static let ordered = [
        "-1e99999999999999999999", "-1e309", "-1.0000000000000000000000001", "-1", "-1e-99999999999999999999", "0",
        "1e-99999999999999999999", "1e-9999999999999999999", "0.1", "0.10000000000000000001", "1", "1.5", "9007199254740992",
        "9007199254740993",
        "1e999999999999999999", "1e1000000000000000000", "1e99999999999999999999",
    ]

    @Test(arguments: Array(ordered.enumerated()))
    func anOrderedListIsOrdered(_ place: Int, _ literal: String) throws {
        let number = try #require(JSONNumber(literal))
        for (other, text) in Self.ordered.enumerated() {
            let second = try #require(JSONNumber(text))
            #expect((number < second) == (place < other), "\(literal) and \(text)")
            #expect((number == second) == (place == other), "\(literal) and \(text)")
        }
    }

    @Test func comparisonAgreesWithScaledIntegers() throws {
        var random = RepeatableRandom(seed: 11)
        func draw() throws -> (JSONNumber, Int128) {
            let mantissa = Int.random(in: -12...12, using: &random)
            let exponent = Int.random(in: -2...2, using: &random)
            let fraction = Int.random(in: 0...1, using: &random)
            let sign = mantissa < 0 ? -1 : 1
            let scaled = (0..<exponent + 6).reduce(Int128(mantissa * 10 + sign * fraction)) { value, _ in value * 10 }
            return (try #require(JSONNumber("\(mantissa).\(fraction)e\(exponent)")), scaled)
        }
        var equal = 0
        for _ in 0..<5000 {
            let (left, leftValue) = try draw()
            let (right, rightValue) = try draw()
            #expect((left < right) == (leftValue < rightValue), "\(left) and \(right)")
            #expect((left == right) == (leftValue == rightValue), "\(left) and \(right)")
            if left == right {
                equal += 1
                #expect(left.hashValue == right.hashValue, "\(left) and \(right)")
            }
        }
        #expect(equal > 10)
    }

    @Test(arguments: ["", " 1", "1 ", "+1", ".5", "1.", "01", "0x1", "1e", "NaN", "Infinity", "1_000", "１"])
    func otherWritingsAreNoNumbers(_ text: String) {
        #expect(JSONNumber(text) == nil)
    }
}
