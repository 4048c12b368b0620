/// Looking at code points of valid UTF-8.
enum UTF8Text {
    /// The code point at `position`, which is inside, and its length in bytes.
    @inline(__always)
    static func scalar(_ text: [UInt8], at position: Int) -> (value: UInt32, length: Int) {
        let first = UInt32(text[position])
        func rest(_ distance: Int) -> UInt32 {
            position + distance < text.count ? UInt32(text[position + distance]) & 0x3F : 0
        }
        switch first {
        case ..<0x80: return (first, 1)
        case ..<0xE0: return ((first & 0x1F) << 6 | rest(1), 2)
        case ..<0xF0: return ((first & 0x0F) << 12 | rest(1) << 6 | rest(2), 3)
        default: return ((first & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3), 4)
        }
    }

    /// Where the code point behind the one at `position` begins.
    static func after(_ text: [UInt8], _ position: Int) -> Int {
        min(position + scalar(text, at: position).length, text.count)
    }

    /// Where the code point before `position`, which is not 0, begins.
    static func before(_ text: [UInt8], _ position: Int) -> Int {
        var start = position - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }

    /// Whether `assertion` holds at `position`.
    static func holds(_ assertion: RegexNode.Assertion, _ text: [UInt8], _ position: Int) -> Bool {
        switch assertion {
        case .textStart: position == 0
        case .textEnd: position == text.count
        case .textEndOrTerminator:
            position == text.count
                || (isTerminator(text, position) && position + terminatorLength(text, position) == text.count)
        case .lineStart: position == 0 || (position < text.count && endsWithTerminator(text, position))
        case .lineEnd: position == text.count || isTerminator(text, position)
        case .wordBoundary: isBoundary(text, position)
        case .notWordBoundary: !isBoundary(text, position)
        }
    }

    private static func isTerminator(_ value: UInt32) -> Bool {
        (0x0A...0x0D).contains(value) || value == 0x85 || value == 0x2028 || value == 0x2029
    }

    /// Whether a line's end begins at `position`: CR LF is one, which does not begin in its middle.
    private static func isTerminator(_ text: [UInt8], _ position: Int) -> Bool {
        let value = scalar(text, at: position).value
        if value == 0x0A, position > 0, text[position - 1] == 0x0D { return false }
        return isTerminator(value)
    }

    private static func terminatorLength(_ text: [UInt8], _ position: Int) -> Int {
        let (value, length) = scalar(text, at: position)
        return value == 0x0D && position + 1 < text.count && text[position + 1] == 0x0A ? 2 : length
    }

    private static func endsWithTerminator(_ text: [UInt8], _ position: Int) -> Bool {
        let value = scalar(text, at: before(text, position)).value
        if value == 0x0D, position < text.count, text[position] == 0x0A { return false }
        return isTerminator(value)
    }

    private static let word = ScalarSet(.word)

    private static func isBoundary(_ text: [UInt8], _ position: Int) -> Bool {
        let isBefore = position > 0 && word.contains(scalar(text, at: before(text, position)).value)
        let isAfter = position < text.count && word.contains(scalar(text, at: position).value)
        return isBefore != isAfter
    }
}
