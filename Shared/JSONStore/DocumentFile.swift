/// How a document stands in its file: its bytes, a line feed unless they end with one, and a last line such as
///
///     {"c":"1f2e3d4c","name":"0b5e…","bytes":1234}
///
/// where `c` is the CRC-32C of the bytes and of what follows the comma behind `c`.
enum DocumentFile {
    static let suffix = ".jsonl"

    /// Names are part of paths: 2 to 128 of letters, digits, `.`, `-` and `_`, the first a letter or digit.
    static func check(name: String) throws(StoreError) {
        func isWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        let isAllowed = name.utf8.allSatisfy { isWord($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
        guard isAllowed, (2...128).contains(name.utf8.count), name.utf8.first.map(isWord) == true else {
            throw .invalid(
                expected: "a name of 2 to 128 of a-z, A-Z, 0-9, '.', '-' and '_' that begins with a letter or digit", found: "\"\(name)\"")
        }
    }

    /// The file's path below the directory: documents are spread by their names' first two characters.
    static func path(of name: String) -> String { "\(name.prefix(2))/\(name)\(suffix)" }

    static func content(name: String, bytes: [UInt8]) -> [UInt8] { bytes + tail(name: name, bytes: bytes[...]) }

    /// What follows the bytes in the file.
    private static func tail(name: String, bytes: ArraySlice<UInt8>) -> [UInt8] {
        let rest = Array("\"name\":\"\(name)\",\"bytes\":\(bytes.count)}".utf8)
        var crc = CRC32C()
        bytes.withUnsafeBytes { crc.add($0) }
        rest.withUnsafeBytes { crc.add($0) }
        var digits = [UInt8](repeating: 0, count: 8)
        Envelope.write(hexadecimal: crc.value, to: &digits, at: 0)
        let separator = bytes.isEmpty || bytes.last == UInt8(ascii: "\n") ? "" : "\n"
        return Array("\(separator){\"c\":\"".utf8) + digits + Array("\",".utf8) + rest + Array("\n".utf8)
    }

    /// The document's bytes; checks everything else in the file.
    static func bytes(of content: [UInt8], name: String, file: String) throws(StoreError) -> [UInt8] {
        func damaged(_ expected: String, _ found: String) -> StoreError {
            StoreError(
                .damaged, file: file, expected: expected, found: found,
                advice: "restore the file from a backup, or move it out of the directory to lose this document")
        }
        let lastLine = content.dropLast().lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let text = String(decoding: content[lastLine...], as: UTF8.self)
        guard let mark = text.lastIndex(of: ":"), let count = Int(text[text.index(after: mark)...].prefix { $0.isNumber }),
            count >= 0, count <= content.count
        else { throw damaged("a last line with the checksum and the count of bytes", "\"\(text.prefix(64))\"") }
        let tail = tail(name: name, bytes: content[..<count])
        guard content[count...].elementsEqual(tail) else {
            let expected = String(decoding: tail.drop { $0 == UInt8(ascii: "\n") }.dropLast(), as: UTF8.self)
            throw damaged(
                "the last line \(expected) after \(count) bytes", "\"\(text.prefix(256))\", \(content.count - count) bytes behind them")
        }
        return Array(content[..<count])
    }
}
