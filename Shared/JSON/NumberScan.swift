/// The grammar of numbers (RFC 8259 section 6).
struct NumberScan {
    /// Where the number ends.
    var end: Int

    /// What is wrong at `end`, when something is: what was expected and what was found.
    var problem: (expected: String, found: String)?

    /// Whether it has neither fraction nor exponent.
    var isInteger = true

    /// Scans the number that begins at `start`, where a digit or a minus sign stands.
    init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        end = start
        if at(bytes) == UInt8(ascii: "-") { end += 1 }
        if at(bytes) == UInt8(ascii: "0") {
            end += 1
            if isDigit(bytes) {
                problem = ("a number without leading zeros", "a digit after a leading zero")
                return
            }
            if at(bytes) | 0x20 == UInt8(ascii: "x") {
                problem = ("a decimal number", "a hexadecimal one")
                return
            }
        } else {
            guard digits(bytes) else {
                problem = ("a digit after the minus sign", "")
                return
            }
        }
        if at(bytes) == UInt8(ascii: ".") {
            isInteger = false
            end += 1
            guard digits(bytes) else {
                problem = ("a digit after the decimal point", "")
                return
            }
        }
        if at(bytes) | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            end += 1
            if at(bytes) == UInt8(ascii: "+") || at(bytes) == UInt8(ascii: "-") { end += 1 }
            guard digits(bytes) else {
                problem = ("a digit in the exponent", "")
                return
            }
        }
    }

    /// The byte at `end`; 0 behind the last one.
    private func at(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8 {
        end < bytes.count ? bytes[end] : 0
    }

    private func isDigit(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        at(bytes) &- UInt8(ascii: "0") < 10
    }

    /// Moves over digits; false when there is none.
    private mutating func digits(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = end
        while isDigit(bytes) { end += 1 }
        return end > first
    }
}
