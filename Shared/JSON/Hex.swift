import FoundationEssentials

/// Hexadecimal digits, and UUIDs written with them.
enum Hex {
    /// What ``digit(_:)`` returns for a byte that is no digit.
    static let none: UInt8 = 0xFF

    /// The value of a digit in either case.
    @inline(__always)
    static func digit(_ byte: UInt8) -> UInt8 {
        let decimal = byte &- UInt8(ascii: "0")
        if decimal < 10 { return decimal }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter &+ 10 : none
    }

    /// The digit of a value below 16, in lower case.
    @inline(__always)
    static func character(_ value: UInt8) -> UInt8 {
        value &+ (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10)
    }

    /// The number of characters of a UUID's text.
    static let uuidLength = 36

    /// Whether a hyphen stands before byte `index` of a UUID.
    @inline(__always)
    private static func hyphen(before index: Int) -> Bool {
        index == 4 || index == 6 || index == 8 || index == 10
    }

    /// Writes the 36 characters of `id`; `target` has room for them.
    static func write(_ id: UUID, to target: UnsafeMutableBufferPointer<UInt8>) {
        withUnsafeBytes(of: id.uuid) { source in
            var written = 0
            for index in 0..<16 {
                if hyphen(before: index) {
                    target[written] = UInt8(ascii: "-")
                    written &+= 1
                }
                target[written] = character(source[index] >> 4)
                target[written &+ 1] = character(source[index] & 0xF)
                written &+= 2
            }
        }
    }

    /// The UUID of a text; `nil` when it is none.
    static func uuid(_ text: UnsafeBufferPointer<UInt8>) -> UUID? {
        guard text.count == uuidLength else { return nil }
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isRight = withUnsafeMutableBytes(of: &value) { target in
            var read = 0
            var seen: UInt8 = 0
            for index in 0..<16 {
                if hyphen(before: index) {
                    guard text[read] == UInt8(ascii: "-") else { return false }
                    read &+= 1
                }
                let high = digit(text[read])
                let low = digit(text[read &+ 1])
                seen |= high | low
                target[index] = high << 4 | low & 0xF
                read &+= 2
            }
            return seen < 16
        }
        return isRight ? UUID(uuid: value) : nil
    }
}
