import JSON
import Testing

@Suite struct NumberOrderTests {
    /// Groups of equal numbers, each group greater than the one before.
    static let ascending: [[String]] = [
        ["-1e99999999999999999999999", "-10e99999999999999999999998"], ["-1e99999999999999999999998"], ["-1e400"], ["-1e399", "-10e398"],
        ["-9223372036854775809"], ["-9223372036854775808", "-9223372036854775808.0"], ["-10", "-1e1", "-10.0"], ["-1.01"], ["-1", "-1.0"],
        ["-0.5"], ["-1e-400"], ["-1e-99999999999999999999"],
        ["0", "-0", "0.0", "0e5", "0.000e-99999999999999999999999999", "-0E+999999999999999999999999999"],
        ["1e-1000000000000000000000"], ["1e-99999999999999999999", "10e-100000000000000000000"],
        ["1e-999999999999999999", "0.1e-999999999999999998"], ["1e-400"], ["0.1", "0.10", "1e-1", "100e-3", "0.01e1"],
        ["0.1000000000000000055511151231257827"], ["0.2"], ["1", "1.0", "1e0", "1E-0", "0.1e1", "10e-1", "100000000000000000000e-20"],
        ["1.000000000000000000000000000000000001"], ["9007199254740992"], ["9007199254740993", "9.007199254740993e15"],
        ["9223372036854775807"], ["9223372036854775808"], ["1e399"], ["1e400", "10e399", "0.1e401"], ["1e999999999999999998"],
        ["1e999999999999999999", "10e999999999999999998"], ["1e1000000000000000000", "10e999999999999999999", "0.1e1000000000000000001"],
        ["1e9223372036854775807"], ["1e9223372036854775808", "0.1e9223372036854775809"],
        ["1e100000000000000000000", "10e99999999999999999999"],
    ]

    @Test func numbersCompareByTheirExactValues() throws {
        let groups = try Self.ascending.map { group in try group.map { try #require(JSONNumber($0)) } }
        for (leftGroup, lefts) in groups.enumerated() {
            for (rightGroup, rights) in groups.enumerated() {
                for left in lefts {
                    for right in rights {
                        #expect((left == right) == (leftGroup == rightGroup), "\(left) and \(right)")
                        #expect((left < right) == (leftGroup < rightGroup), "\(left) and \(right)")
                        if leftGroup == rightGroup { #expect(left.hashValue == right.hashValue, "\(left) and \(right)") }
                    }
                }
            }
        }
    }

    @Test func comparisonAgreesWithIntegersHoweverWritten() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<1_000 * repetitions {
            let values = (0..<2).map { _ in Int.random(in: -1_000...1_000, using: &random) * (random.below(3) == 0 ? 1 : 10) }
            var numbers: [JSONNumber] = []
            for value in values {
                let shift = random.below(8)
                let literal = shift == 0 || value == 0 ? "\(value)" : "\(value)" + String(repeating: "0", count: shift) + "e-\(shift)"
                numbers.append(try #require(JSONNumber(literal)))
            }
            #expect((numbers[0] == numbers[1]) == (values[0] == values[1]), "\(numbers)")
            #expect((numbers[0] < numbers[1]) == (values[0] < values[1]), "\(numbers)")
            #expect(numbers[0].int == values[0], "\(numbers)")
        }
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (100, "100"), (1e16, "1e16"), (1.5e300, "1.5e300"),
            (.leastNonzeroMagnitude, "5e-324"), (1e-7, "1e-7"), (0.30000000000000004, "0.30000000000000004"),
            (.greatestFiniteMagnitude, "1.7976931348623157e308"), (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
        ] as [(Double, String)])
    func doublesAreWrittenShort(_ value: Double, _ expected: String) {
        #expect(text(value.encoded()) == expected)
        #expect(JSONNumber(value)?.literal == (value.isFinite ? expected : nil))
    }

    @Test(arguments: [
        "", "-", "+1", "01", "1.", ".1", "1e", "1e+", "0x1", "NaN", "Infinity", "1 ", " 1", "1_0", "1,0", "１", "--1", "1e1.0",
    ])
    func whatIsNoNumberMakesNone(_ literal: String) {
        #expect(JSONNumber(literal) == nil)
    }

    @Test func everyIntReadsBackAsItself() throws {
        var random = SeededRandom(seed: 3)
        var values = [Int.min, .max, 0, -1, 1]
        for digits in 1...18 {
            let power = (0..<digits).reduce(1) { product, _ in product * 10 }
            values += [power, power - 1, power + 1, -power, -power - 1]
        }
        for _ in 0..<1_000 * repetitions { values.append(Int(truncatingIfNeeded: random.next()) >> random.below(64)) }
        for value in values {
            #expect(text(value.encoded()) == "\(value)")
            #expect(try Int(json: value.encoded()) == value)
        }
    }
}
