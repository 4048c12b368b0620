extension JSONReader {
    /// Reads an integer. A number with fraction or exponent is one when its value is (`1.0`, `1e2`).
    ///
    /// - Throws: `JSONError` when the next value is no number or malformed, has a fraction (`notInteger`) or does not fit (`numberRange`).
    public mutating func int() throws -> Int {
        let first = beginValue()
        let isNegative = first == UInt8(ascii: "-")
        var position = isNegative ? index + 1 : index
        let start = position
        var value = 0
        // Eighteen digits never overflow; what is longer, or not plainly an integer, goes the careful way.
        let next: UInt8 = bytes.withUnsafeBufferPointer { bytes in
            while position < bytes.count, position &- start < 18 {
                let digit = bytes[position] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                value = value &* 10 &+ Int(digit)
                position &+= 1
            }
            return position < bytes.count ? bytes[position] : 0
        }
        let isPlain = position > start && (position == start + 1 || bytes[start] != UInt8(ascii: "0"))
        switch next {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09:
            guard isPlain else { return try carefulInt() }
            index = position
            return isNegative ? 0 &- value : value
        default:
            return try carefulInt()
        }
    }

    /// Reads an integer as ``int()`` does.
    ///
    /// - Throws: `JSONError` as ``int()`` does.
    @inlinable
    public mutating func int64() throws -> Int64 {
        Int64(try int())
    }

    /// Reads a number, rounded to the nearest `Double`.
    ///
    /// - Throws: `JSONError` when the next value is no number or malformed, or is beyond the largest `Double` (`numberRange`).
    public mutating func double() throws -> Double {
        let start = index
        let value = try number().double
        guard value.isFinite else {
            index = start
            throw failure("a number of at most 1.7976931348623157e308", found: "a larger one", code: .numberRange)
        }
        return value
    }

    /// Reads a number as it is written.
    ///
    /// - Throws: `JSONError` when the next value is none or is malformed.
    public mutating func number() throws -> JSONNumber {
        let end = try scanNumber()
        let literal = bytes.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[index..<end]), as: UTF8.self) }
        index = end
        return JSONNumber(checked: literal)
    }

    /// Checks the number that comes next and returns where it ends, without moving behind it.
    mutating func scanNumber() throws -> Int {
        switch beginValue() {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
        default: throw mismatch("a number")
        }
        let scan = bytes.withUnsafeBufferPointer { NumberScan($0, from: index) }
        if let problem = scan.problem {
            let found = problem.found.isEmpty ? character(at: scan.end) : problem.found
            throw defect(.number, at: scan.end, expected: problem.expected, found: found)
        }
        return scan.end
    }

    private mutating func carefulInt() throws -> Int {
        let start = index
        let number = try number()
        if let value = number.int { return value }
        index = start
        if number.isIntegral {
            throw failure("an integer from -9223372036854775808 to 9223372036854775807", found: "a number outside", code: .numberRange)
        }
        throw failure("an integer", found: "a number with a fraction", code: .notInteger)
    }
}
