public import FoundationEssentials

/// UUIDs as they are written everywhere here: 36 characters, lower case.
///
/// Foundation's own way goes through `printf` and `scanf`, at the price of a microsecond each: several times what the rest of a message costs.
public enum UUIDText {
    /// The number of characters.
    public static let length = 36

    /// Whether a hyphen stands before byte `index` of a UUID.
    @inline(__always)
    private static func hyphen(before index: Int) -> Bool {
        index == 4 || index == 6 || index == 8 || index == 10
    }

    /// Writes the ``length`` characters of `id`; `target` has room for them.
    public static func write(_ id: UUID, to target: UnsafeMutableBufferPointer<UInt8>) {
        withUnsafeBytes(of: id.uuid) { source in
            var written = 0
            for index in 0..<16 {
                if hyphen(before: index) {
                    target[written] = UInt8(ascii: "-")
                    written &+= 1
                }
                target[written] = Hex.character(source[index] >> 4)
                target[written &+ 1] = Hex.character(source[index] & 0xF)
                written &+= 2
            }
        }
    }

    /// The UUID of a text in either case; `nil` when it is none.
    public static func uuid(_ text: UnsafeBufferPointer<UInt8>) -> UUID? {
        guard text.count == length else { return nil }
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isRight = withUnsafeMutableBytes(of: &value) { target in
            var read = 0
            var seen: UInt8 = 0
            for index in 0..<16 {
                if hyphen(before: index) {
                    guard text[read] == UInt8(ascii: "-") else { return false }
                    read &+= 1
                }
                let high = Hex.digit(text[read])
                let low = Hex.digit(text[read &+ 1])
                seen |= high | low
                target[index] = high << 4 | low & 0xF
                read &+= 2
            }
            return seen < 16
        }
        return isRight ? UUID(uuid: value) : nil
    }
}

extension UUID {
    /// The 36 characters in lower case.
    public var text: String {
        String(unsafeUninitializedCapacity: UUIDText.length) { target in
            UUIDText.write(self, to: target)
            return UUIDText.length
        }
    }

    /// The UUID of a text of 36 characters in either case; `nil` when it is none.
    public init?(text: String) {
        var text = text
        guard let id = text.withUTF8({ UUIDText.uuid($0) }) else { return nil }
        self = id
    }
}
