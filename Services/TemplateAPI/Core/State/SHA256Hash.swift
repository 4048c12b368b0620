import Crypto
public import JSON

/// What is kept of a secret or of a long body instead of itself. In JSON 64 hexadecimal digits in lower case.
public struct SHA256Hash: Sendable, Hashable {
    private let bytes: [UInt8]

    /// The hash of `bytes`.
    public init(of bytes: [UInt8]) {
        self.bytes = Array(SHA256.hash(data: bytes))
    }

    /// The hash of the text's UTF-8.
    public init(of text: String) {
        self.init(of: Array(text.utf8))
    }

    /// Reads 64 hexadecimal digits; `nil` for anything else.
    public init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        bytes = stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// The 64 hexadecimal digits.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Whether both are the same, in a time that does not depend on where they differ: how long a refusal takes must not tell how near a
    /// guess came.
    public func matches(_ other: SHA256Hash) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        var difference: UInt8 = 0
        for index in bytes.indices { difference |= bytes[index] ^ other.bytes[index] }
        return difference == 0
    }
}

extension SHA256Hash: JSONCodable {
    /// Writes the hexadecimal digits.
    public func encode(to writer: inout JSONWriter) {
        writer.value(hexadecimal)
    }

    /// Reads hexadecimal digits.
    ///
    /// - Throws: `JSONError` when the value is no text of 64 hexadecimal digits.
    public init(from reader: inout JSONReader) throws {
        let text = try reader.string()
        guard let hash = SHA256Hash(hexadecimal: text) else {
            throw reader.failure("64 hexadecimal digits", found: "\(text.utf8.count) other characters")
        }
        self = hash
    }
}
