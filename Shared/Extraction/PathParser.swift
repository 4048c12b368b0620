/// Reads a JSONPath of RFC 9535. That its parts go together (types of functions, singular queries) is checked as it is read.
struct PathParser {
    /// How many filters, parentheses and function calls may stand inside one another.
    static let maximumDepth = 64
    /// The largest index: integers beyond it are not exact in I-JSON.
    private static let largest = (1 << 53) - 1

    var scanner: ExpressionScanner
    private var depth = 0

    /// Reads the whole of `text`, whose leading `$` may be missing.
    static func parse(_ text: String) throws(ExpressionError) -> PathQuery {
        var parser = PathParser(scanner: ExpressionScanner(text, .jsonPath))
        guard parser.scanner.take("$") || parser.scanner.next == "." || parser.scanner.next == "[" else {
            throw parser.scanner.error("\"$\", \".\" or \"[\"")
        }
        let query = PathQuery(isAbsolute: true, segments: try parser.segments())
        guard parser.scanner.isAtEnd else { throw parser.scanner.error("\".\", \"[\" or the end") }
        return query
    }

    private init(scanner: ExpressionScanner) {
        self.scanner = scanner
    }

    /// Counts one more level while `body` reads it.
    mutating func nested<T>(_ body: (inout PathParser) throws(ExpressionError) -> T) throws(ExpressionError) -> T {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw scanner.error("at most \(Self.maximumDepth) filters, parentheses and functions inside one another")
        }
        return try body(&self)
    }

    mutating func skipBlanks() {
        while let next = scanner.next, next == " " || next == "\t" || next == "\n" || next == "\r" { scanner.index += 1 }
    }

    // MARK: Segments

    /// What follows `$` or `@`. White space behind the last segment is left.
    mutating func segments() throws(ExpressionError) -> [PathSegment] {
        var segments: [PathSegment] = []
        while true {
            let end = scanner.index
            skipBlanks()
            if scanner.next == "[" {
                segments.append(PathSegment(isDescendant: false, selectors: try bracketed()))
            } else if scanner.take("..") {
                let selectors = scanner.next == "[" ? try bracketed() : [try dotted("a name, \"*\" or \"[\" behind \"..\"")]
                segments.append(PathSegment(isDescendant: true, selectors: selectors))
            } else if scanner.take(".") {
                segments.append(PathSegment(isDescendant: false, selectors: [try dotted("a name or \"*\" behind the dot")]))
            } else {
                scanner.index = end
                return segments
            }
        }
    }

    /// `*` or a name without quotes.
    private mutating func dotted(_ expected: String) throws(ExpressionError) -> PathSelector {
        if scanner.take("*") { return .wildcard }
        guard let first = scanner.next, Self.isNameStart(first) else { throw scanner.error(expected) }
        return .name(scanner.takeWhile { Self.isNameStart($0) || $0.isDigit })
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCIILetter || scalar == "_" || scalar.value >= 0x80
    }

    private mutating func bracketed() throws(ExpressionError) -> [PathSelector] {
        let start = scanner.index
        scanner.index += 1
        var selectors: [PathSelector] = []
        repeat {
            skipBlanks()
            selectors.append(try selector())
            skipBlanks()
        } while scanner.take(",")
        guard scanner.take("]") else { throw scanner.error("\",\" or \"]\" for the \"[\" at character \(start + 1)") }
        return selectors
    }

    private mutating func selector() throws(ExpressionError) -> PathSelector {
        switch scanner.next {
        case "'"?, "\""?: return .name(try string())
        case "*"?:
            scanner.index += 1
            return .wildcard
        case "?"?:
            scanner.index += 1
            skipBlanks()
            return .filter(try nested { parser throws(ExpressionError) in try parser.condition() })
        case ":"?, "-"?, ("0"..."9")?: return try indexOrSlice()
        default: throw scanner.error("a name in quotes, an index, a slice, \"*\" or \"?\"")
        }
    }

    private mutating func indexOrSlice() throws(ExpressionError) -> PathSelector {
        let start = try integer()
        let end = scanner.index
        skipBlanks()
        guard scanner.take(":") else {
            scanner.index = end
            guard let start else { throw scanner.error("an index") }
            return .index(start)
        }
        skipBlanks()
        let stop = try integer()
        let behind = scanner.index
        skipBlanks()
        guard scanner.take(":") else {
            scanner.index = behind
            return .slice(start: start, end: stop, step: 1)
        }
        let colon = scanner.index
        skipBlanks()
        guard let step = try integer() else {
            scanner.index = colon
            return .slice(start: start, end: stop, step: 1)
        }
        return .slice(start: start, end: stop, step: step)
    }

    /// An integer of I-JSON's range; `nil` when none begins here.
    private mutating func integer() throws(ExpressionError) -> Int? {
        let start = scanner.index
        let isNegative = scanner.take("-")
        let digits = scanner.takeWhile { $0.isDigit }
        if digits.isEmpty {
            guard isNegative else { return nil }
            throw scanner.error("a digit behind the minus sign")
        }
        guard digits == "0" ? !isNegative : !digits.hasPrefix("0") else {
            throw scanner.error("an integer without leading zeros, and 0 without a minus sign", at: start)
        }
        guard let value = Int(digits), value <= Self.largest else {
            throw scanner.error(
                "an integer from -\(Self.largest) to \(Self.largest)", found: "\(isNegative ? "-" : "")\(digits)", at: start)
        }
        return isNegative ? -value : value
    }

    // MARK: Strings

    /// A string in single or double quotes.
    mutating func string() throws(ExpressionError) -> String {
        let start = scanner.index
        guard let quote = scanner.take() else { throw scanner.error("a string in quotes") }
        var text = String.UnicodeScalarView()
        while let scalar = scanner.next {
            switch scalar {
            case quote:
                scanner.index += 1
                return String(text)
            case "\\":
                scanner.index += 1
                text.append(try escape(quote))
            case _ where scalar.value < 0x20:
                throw scanner.error("no control character inside a string; write it as \\u and four digits")
            default:
                scanner.index += 1
                text.append(scalar)
            }
        }
        throw scanner.error("the quote that ends the string from character \(start + 1)")
    }

    private mutating func escape(_ quote: Unicode.Scalar) throws(ExpressionError) -> Unicode.Scalar {
        let start = scanner.index - 1
        switch scanner.take() {
        case "b"?: return "\u{08}"
        case "f"?: return "\u{0C}"
        case "n"?: return "\n"
        case "r"?: return "\r"
        case "t"?: return "\t"
        case "/"?: return "/"
        case "\\"?: return "\\"
        case quote?: return quote
        case "u"?: return try unicodeEscape(start)
        default:
            scanner.index = start + 1
            throw scanner.error("one of b f n r t / \\ u or the string's own quote behind the backslash")
        }
    }

    /// Four digits behind `\u`, or a surrogate pair.
    private mutating func unicodeEscape(_ start: Int) throws(ExpressionError) -> Unicode.Scalar {
        let first = try scanner.hex(4)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, scanner.take("\\u") else {
            throw scanner.error("a high surrogate (\\uD800 to \\uDBFF) with \\u and a low one behind it", at: start)
        }
        let second = try scanner.hex(4)
        guard (0xDC00...0xDFFF).contains(second), let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else {
            throw scanner.error("a low surrogate (\\uDC00 to \\uDFFF)", at: scanner.index - 6)
        }
        return scalar
    }
}
