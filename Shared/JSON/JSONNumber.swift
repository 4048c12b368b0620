/// A number as it is written: nothing is rounded.
///
/// Numbers are equal when their values are, whatever the writing: `1`, `1.0` and `10e-1` are; comparison is exact for any literal and takes
/// time in proportion to the literals' lengths, not to their exponents.
public struct JSONNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number as it is written.
    public let literal: String

    /// A number with the value of `value`.
    public init(_ value: Int) {
        literal = String(value)
    }

    /// The number written as the shortest text that reads back as `value`; `nil` for NaN and the infinities.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        literal = NumberText.shortest(value)
    }

    /// A number written as `literal`; `nil` when JSON does not write numbers that way.
    public init?(_ literal: String) {
        let isRight = Array(literal.utf8).withUnsafeBufferPointer { bytes in
            guard let first = bytes.first, first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10 else { return false }
            let scan = NumberScan(bytes, from: 0)
            return scan.problem == nil && scan.end == bytes.count
        }
        guard isRight else { return nil }
        self.literal = literal
    }

    /// A number whose literal has been found right.
    init(checked literal: String) {
        self.literal = literal
    }

    /// The value as an `Int`, when it is integral and fits (`1.0` and `1e2` are integral).
    public var int: Int? {
        Int(literal) ?? Decimal(literal).int
    }

    /// The value rounded to the nearest `Double`; an infinity when it is beyond the largest.
    public var double: Double {
        Double(literal) ?? .nan
    }

    /// Whether the value is an integer, however large.
    public var isIntegral: Bool {
        Decimal(literal).isIntegral
    }

    /// The number as it is written.
    public var description: String { literal }

    /// Whether the values are the same.
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        left.literal.utf8.elementsEqual(right.literal.utf8) || Decimal(left.literal) == Decimal(right.literal)
    }

    /// Whether the left value is the smaller one.
    public static func < (left: JSONNumber, right: JSONNumber) -> Bool {
        Decimal(left.literal) < Decimal(right.literal)
    }

    /// Feeds the value, so that equal numbers have equal hashes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(Decimal(literal))
    }
}
