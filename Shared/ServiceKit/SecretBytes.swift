/// Bytes that nobody may see by accident: they print as a placeholder, and only ``hex`` gives them away.
public struct SecretBytes: Sendable, CustomStringConvertible, CustomReflectable {
    /// The secret itself.
    public let bytes: [UInt8]

    /// `count` bytes from the system's cryptographic generator.
    public init(randomCount count: Int) {
        var generator = SystemRandomNumberGenerator()
        bytes = (0..<max(0, count)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// The bytes that `hex` writes in hexadecimal digits of either case; `nil` for an odd number of digits or any other character.
    public init?(hex: some StringProtocol) {
        let digits = Array(hex.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(of: digits[index]), let low = Self.value(of: digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// The secret in lower-case hexadecimal digits, two a byte.
    public var hex: String { Self.hex(of: bytes) }

    /// Any bytes in lower-case hexadecimal digits, two a byte.
    public static func hex(of bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Never the bytes.
    public var description: String { "<\(bytes.count) secret bytes>" }

    /// Never the bytes.
    public var customMirror: Mirror { Mirror(self, children: []) }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
