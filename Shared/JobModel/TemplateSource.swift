internal import JSON

/// A template's JSON as a tree, with what is wrong with its writing.
struct TemplateSource {
    /// The tree; `nil` when there is none that could be examined any further.
    private(set) var root: JSONNode?
    /// What is wrong with the document as such.
    private(set) var problems: [TemplateProblem] = []
    /// The place of an offset into the document.
    private(set) var position: @Sendable (Int) -> JSONPosition = { _ in JSONPosition(line: 1, column: 1, offset: 0) }

    /// How many keys that stand twice are reported one by one.
    private static let maximumDuplicates = 32

    /// The same as others see it.
    var document: TemplateDocument { TemplateDocument(root: root, problems: problems, position: position) }

    init(_ bytes: [UInt8]) {
        guard bytes.count <= TemplateReader.maximumBytes else {
            problems = [
                TemplateProblem(
                    .tooLarge, at: .root, message: "too large", expected: "at most \(TemplateReader.maximumBytes) bytes",
                    found: "\(bytes.count)")
            ]
            return
        }
        readJSON(bytes)
    }

    /// Keys that stand twice do not end the reading: the second is reported and left out, so that all other problems are found as well.
    private mutating func readJSON(_ original: [UInt8]) {
        var bytes = original
        let limits = JSONLimits(depth: TemplateReader.maximumDepth, bytes: TemplateReader.maximumBytes)
        while true {
            do {
                let document = try JSONDocument(parsing: bytes, limits: limits)
                root = document.root
                position = { document.position(of: $0) }
                return
            } catch {
                problems.append(TemplateProblem(error))
                guard error.code == .duplicateKey, problems.count < Self.maximumDuplicates,
                    Self.blank(memberAt: error.position.offset, in: &bytes)
                else { return }
            }
        }
    }

    /// Overwrites a member and the comma before it with spaces, so that everything else keeps its place.
    ///
    /// - Parameter offset: Where the key's quote stands; another member stands before it.
    private static func blank(memberAt offset: Int, in bytes: inout [UInt8]) -> Bool {
        guard bytes.indices.contains(offset), let comma = bytes[..<offset].lastIndex(of: UInt8(ascii: ",")) else { return false }
        guard let end = end(ofMemberAt: offset, in: bytes) else { return false }
        for index in comma..<end where !isLineBreak(bytes[index]) { bytes[index] = UInt8(ascii: " ") }
        return true
    }

    private static func end(ofMemberAt offset: Int, in bytes: [UInt8]) -> Int? {
        struct Found: Error { let valueLength: Int }
        let member = Array(bytes[offset...])
        var reader = JSONReader([UInt8(ascii: "{")] + member)
        do {
            try reader.object { reader, _ in throw Found(valueLength: try reader.raw().count) }
        } catch let found as Found {
            guard let keyEnd = endOfString(member) else { return nil }
            let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
            guard let start = member[keyEnd...].firstIndex(where: { $0 != UInt8(ascii: ":") && !isSpace($0) }) else { return nil }
            return offset + start + found.valueLength
        } catch {
            return nil
        }
        return nil
    }

    /// The offset behind the closing quote of the string that `bytes` begin with.
    private static func endOfString(_ bytes: [UInt8]) -> Int? {
        var index = 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    private static func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}

extension TemplateProblem {
    /// A document that could not be read; a key that stands twice is pointed to, anything else concerns the document as a whole.
    init(_ error: JSONError) {
        let isDuplicate = error.code == .duplicateKey
        self.init(
            error.code == .tooLarge ? .tooLarge : .unparsable, at: isDuplicate ? error.pointer ?? .root : .root,
            message: isDuplicate ? "the same key twice" : "not well-formed JSON", expected: error.expected, found: error.found,
            position: error.position)
    }
}
