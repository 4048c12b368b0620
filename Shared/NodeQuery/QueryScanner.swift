import JSON

/// A piece of a query's text.
struct QueryToken: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// Letters, digits and some signs.
        case word(String)
        /// A text in quotes, without them.
        case text(String)
        /// `( ) , : = != < <= > >=`.
        case sign(String)
        case end
    }

    let kind: Kind
    /// The place of its first byte.
    let offset: Int
    /// The place behind its last byte.
    let end: Int

    /// For error messages.
    var name: String {
        switch kind {
        case .word(let word): "'\(word.prefix(60))'"
        case .text(let text): "\"\(text.prefix(60))\""
        case .sign(let sign): "'\(sign)'"
        case .end: "the end of the query"
        }
    }
}

/// Takes a query's text to pieces.
struct QueryScanner {
    private let bytes: [UInt8]
    private var index = 0

    /// The most bytes a query may have.
    static let mostBytes = 8192

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// A problem at the byte `offset`.
    func problem(at offset: Int, expected: String, found: String) -> NodeQueryProblem {
        NodeQueryProblem(position: JSONPosition(of: offset, in: bytes), expected: expected, found: found)
    }

    mutating func tokens() throws(NodeQueryProblem) -> [QueryToken] {
        guard bytes.count <= Self.mostBytes else {
            throw NodeQueryProblem(expected: "a query of at most \(Self.mostBytes) bytes", found: "\(bytes.count)")
        }
        var tokens: [QueryToken] = []
        while true {
            while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
            let start = index
            guard index < bytes.count else {
                tokens.append(QueryToken(kind: .end, offset: start, end: start))
                return tokens
            }
            let kind = try kind()
            tokens.append(QueryToken(kind: kind, offset: start, end: index))
        }
    }

    private mutating func kind() throws(NodeQueryProblem) -> QueryToken.Kind {
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: "\""): return .text(try quoted(byte, escapes: true))
        case UInt8(ascii: "'"): return .text(try quoted(byte, escapes: false))
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "="):
            index += 1
            return .sign(String(UnicodeScalar(byte)))
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"):
            index += 1
            guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else {
                if byte != UInt8(ascii: "!") { return .sign(String(UnicodeScalar(byte))) }
                throw problem(at: index - 1, expected: "'!=' or 'not'", found: "'!' alone")
            }
            index += 1
            return .sign("\(UnicodeScalar(byte))=")
        default: return .word(try word())
        }
    }

    private mutating func quoted(_ quote: UInt8, escapes: Bool) throws(NodeQueryProblem) -> String {
        let start = index
        index += 1
        var text: [UInt8] = []
        while index < bytes.count, bytes[index] != quote {
            // A backslash before anything else stays: regular expressions are full of them.
            let isEscape =
                escapes && bytes[index] == UInt8(ascii: "\\") && index + 1 < bytes.count
                && (bytes[index + 1] == quote || bytes[index + 1] == UInt8(ascii: "\\"))
            if isEscape { index += 1 }
            text.append(bytes[index])
            index += 1
        }
        guard index < bytes.count else {
            throw problem(at: start, expected: "a closing \(UnicodeScalar(quote)) for this text", found: "the end of the query")
        }
        index += 1
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func word() throws(NodeQueryProblem) -> String {
        let start = index
        while index < bytes.count, Self.isWord(bytes[index]) { index += 1 }
        guard index > start else {
            let scalar = String(decoding: bytes[start...], as: UTF8.self).unicodeScalars.first.map { "'\($0)'" } ?? "none"
            throw problem(at: start, expected: "a name, a text in quotes, or an operator", found: scalar)
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "~"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
