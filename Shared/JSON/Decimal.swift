/// The exact value of a number's literal in the one form each value has: ±0.d₁d₂…dₙ × 10^exponent, with d₁ and dₙ not 0.
struct Decimal: Hashable, Comparable {
    /// Whether it is below zero.
    private var isNegative = false

    /// d₁ to dₙ, each 0 to 9; none for zero.
    private var digits: [UInt8] = []

    /// The power of ten.
    private var exponent = DecimalExponent.small(0)

    /// The value of a literal that is right.
    init(_ literal: String) {
        var point: Int?
        var sawMinus = false
        var exponentText: Substring.UTF8View?
        let text = literal.utf8
        for (position, byte) in zip(text.indices, text) {
            switch byte {
            case UInt8(ascii: "-"): sawMinus = true
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"), UInt8(ascii: "E"): exponentText = literal[text.index(after: position)...].utf8
            default: digits.append(byte &- UInt8(ascii: "0"))
            }
            if exponentText != nil { break }
        }
        let integerDigits = point ?? digits.count
        let leadingZeros = digits.prefix { $0 == 0 }.count
        guard leadingZeros < digits.count else {
            digits = []
            return
        }
        isNegative = sawMinus
        digits.removeFirst(leadingZeros)
        while digits.last == 0 { digits.removeLast() }
        exponent = DecimalExponent(exponentText ?? "".dropFirst(0).utf8, plus: integerDigits - leadingZeros)
    }

    /// Whether the value is an integer.
    var isIntegral: Bool {
        digits.isEmpty || exponent >= .small(digits.count)
    }

    /// The value as an `Int`, when it is one.
    var int: Int? {
        if digits.isEmpty { return 0 }
        guard isIntegral, case .small(let length) = exponent, length <= 19 else { return nil }
        var value = 0
        for index in 0..<length {
            let digit = index < digits.count ? Int(digits[index]) : 0
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            // Counted down from zero, because the smallest integer has no positive counterpart.
            let (sum, beyond) = product.subtractingReportingOverflow(digit)
            if tooLarge || beyond { return nil }
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The order of the values.
    static func < (left: Decimal, right: Decimal) -> Bool {
        if left.sign != right.sign { return left.sign < right.sign }
        return left.isNegative ? right.isSmallerInMagnitude(than: left) : left.isSmallerInMagnitude(than: right)
    }

    private var sign: Int {
        digits.isEmpty ? 0 : isNegative ? -1 : 1
    }

    private func isSmallerInMagnitude(than other: Decimal) -> Bool {
        exponent == other.exponent ? digits.lexicographicallyPrecedes(other.digits) : exponent < other.exponent
    }
}
