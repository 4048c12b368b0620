/// Holds back the last line of a stream, white space behind it included: what may be an answer to the runner and not output.
struct LastLine: Sendable {
    /// The longest line that is held back.
    static let maximumBytes = OutputCapture.defaultCap

    /// What is held back.
    private(set) var bytes: [UInt8] = []

    /// Takes what was written and gives what is not the last line any more.
    mutating func append(_ more: UnsafeRawBufferPointer) -> [UInt8] {
        bytes.append(contentsOf: more)
        guard let last = bytes.lastIndex(where: { !Self.isSpace($0) }) else { return passOnTooLong() }
        guard let newline = bytes[..<last].lastIndex(of: UInt8(ascii: "\n")) else { return passOnTooLong() }
        let passed = Array(bytes[...newline])
        bytes.removeSubrange(...newline)
        return passed + passOnTooLong()
    }

    /// A line that is too long is no answer.
    private mutating func passOnTooLong() -> [UInt8] {
        guard bytes.count > Self.maximumBytes else { return [] }
        defer { bytes = [] }
        return bytes
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
    }
}
