/// An integer of any size, for the exponents of literals such as `1e99999999999999999999`.
enum DecimalExponent: Hashable, Comparable {
    /// Any value of up to 18 digits.
    case small(Int)

    /// A value of more digits, each 0 to 9, the first not 0.
    case large(isNegative: Bool, digits: [UInt8])

    /// The sum of the integer written as `text` (a sign may lead, nothing at all is 0) and of `shift`, which has at most 18 digits.
    init(_ text: Substring.UTF8View, plus shift: Int) {
        let isNegative = text.first == UInt8(ascii: "-")
        let unsigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
        let digits = unsigned.drop { $0 == UInt8(ascii: "0") }.map { $0 &- UInt8(ascii: "0") }
        if digits.count <= 18 {
            let magnitude = digits.reduce(0) { $0 * 10 + Int($1) }
            self.init((isNegative ? -magnitude : magnitude) + shift)
        } else {
            self.init(isNegative: isNegative, digits: Self.sum(digits, isNegative ? -shift : shift))
        }
    }

    private init(_ value: Int) {
        let digits = String(value.magnitude).utf8.map { $0 &- UInt8(ascii: "0") }
        self = digits.count <= 18 ? .small(value) : .large(isNegative: value < 0, digits: digits)
    }

    private init(isNegative: Bool, digits: [UInt8]) {
        guard digits.count <= 18 else {
            self = .large(isNegative: isNegative, digits: digits)
            return
        }
        let magnitude = digits.reduce(0) { $0 * 10 + Int($1) }
        self = .small(isNegative ? -magnitude : magnitude)
    }

    /// `digits`, of which there are at least 19, plus `shift`, which has at most 18 digits: never below zero.
    private static func sum(_ digits: [UInt8], _ shift: Int) -> [UInt8] {
        var result = digits
        var carry = shift
        for index in result.indices.reversed() where carry != 0 {
            let total = Int(result[index]) + carry
            let digit = ((total % 10) + 10) % 10
            result[index] = UInt8(digit)
            carry = (total - digit) / 10
        }
        while carry > 0 {
            result.insert(UInt8(carry % 10), at: 0)
            carry /= 10
        }
        return Array(result.drop { $0 == 0 })
    }

    /// The order of the integers.
    static func < (left: DecimalExponent, right: DecimalExponent) -> Bool {
        switch (left, right) {
        case (.small(let left), .small(let right)): left < right
        case (.small, .large(let isNegative, _)): !isNegative
        case (.large(let isNegative, _), .small): isNegative
        case (.large(let leftNegative, let leftDigits), .large(let rightNegative, let rightDigits)):
            if leftNegative != rightNegative {
                leftNegative
            } else if leftNegative {
                isSmaller(rightDigits, leftDigits)
            } else {
                isSmaller(leftDigits, rightDigits)
            }
        }
    }

    private static func isSmaller(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
}
