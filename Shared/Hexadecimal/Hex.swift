/// Hexadecimal digits.
public enum Hex {
    /// What ``digit(_:)`` returns for a byte that is no digit.
    public static let none: UInt8 = 0xFF

    /// The value of a digit in either case; ``none`` for another byte.
    @inlinable @inline(__always)
    public static func digit(_ byte: UInt8) -> UInt8 {
        let decimal = byte &- UInt8(ascii: "0")
        if decimal < 10 { return decimal }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter &+ 10 : 0xFF
    }

    /// The digit of a value below 16, in lower case.
    @inlinable @inline(__always)
    public static func character(_ value: UInt8) -> UInt8 {
        value &+ (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10)
    }

    /// Two lower-case digits for each byte.
    public static func text(of bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { target in
            for (index, byte) in bytes.enumerated() {
                target[index * 2] = character(byte >> 4)
                target[index * 2 + 1] = character(byte & 0xF)
            }
            return bytes.count * 2
        }
    }

    /// The bytes of an even number of digits in either case; `nil` for any other text.
    public static func bytes(of text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            let digit = digit(character)
            guard digit != none else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}
