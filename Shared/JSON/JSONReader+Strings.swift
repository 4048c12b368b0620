import Hexadecimal

extension JSONReader {
    /// Reads a string, escapes resolved.
    ///
    /// - Throws: `JSONError` when the next value is none or is malformed.
    public mutating func string() throws -> String {
        guard beginValue() == UInt8(ascii: "\"") else { throw mismatch("a string") }
        let text = try scanString()
        if text.isEscaped { return unescaped(text) }
        return bytes.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[text.start..<text.end]), as: UTF8.self) }
    }

    /// Reads a string, escapes resolved, and makes of its UTF-8 what `body` does; the bytes are valid during the call only.
    ///
    /// - Throws: `JSONError` when the next value is none or is malformed.
    public mutating func string<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) throws -> Value {
        guard beginValue() == UInt8(ascii: "\"") else { throw mismatch("a string") }
        let text = try scanString()
        if text.isEscaped {
            var string = unescaped(text)
            return string.withUTF8(body)
        }
        return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[text.start..<text.end])) }
    }

    /// Checks the string that begins at `index` and moves behind it.
    mutating func scanString() throws -> StringText {
        let start = index + 1
        let quick = bytes.withUnsafeBufferPointer { ByteScan.plainEnd($0, from: start) }
        if quick < bytes.count, bytes[quick] == UInt8(ascii: "\"") {
            index = quick + 1
            return StringText(start: start, end: quick, isEscaped: false, isPlain: true)
        }
        return try scanRest(start: start, from: quick)
    }

    /// Checks on from `from`, where something other than plain ASCII stands.
    private mutating func scanRest(start: Int, from: Int) throws -> StringText {
        var isEscaped = false
        var position = from
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                index = position + 1
                return StringText(start: start, end: position, isEscaped: isEscaped, isPlain: false)
            case UInt8(ascii: "\\"):
                isEscaped = true
                position = try escapeEnd(position)
            case 0..<0x20:
                throw defect(
                    .controlCharacter, at: position, expected: "control characters in a string to be escaped",
                    found: character(at: position))
            default:
                let length = bytes.withUnsafeBufferPointer { UTF8Check.length($0, at: position) }
                guard length > 0 else {
                    throw defect(.utf8, at: position, expected: "UTF-8", found: UTF8Check.defect(bytes, at: position))
                }
                position += length
            }
            position = bytes.withUnsafeBufferPointer { ByteScan.plainEnd($0, from: position) }
        }
        throw defect(
            .unexpectedEnd, at: bytes.count, expected: "the closing quote of the string that begins at \(self.position)", found: "")
    }

    /// Checks the escape sequence (a pair of surrogates counts as one) at `start` and returns where it ends.
    private func escapeEnd(_ start: Int) throws -> Int {
        guard start + 1 < bytes.count else { return bytes.count }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            let unit = try hexUnit(start)
            guard unit & 0xF800 == 0xD800 else { return start + 6 }
            let expected = "a high surrogate (\\uD800 to \\uDBFF) and then a low one (\\uDC00 to \\uDFFF)"
            guard unit < 0xDC00 else { throw defect(.surrogate, at: start, expected: expected, found: "a low surrogate alone") }
            guard start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"), bytes[start + 7] == UInt8(ascii: "u"),
                try hexUnit(start + 6) & 0xFC00 == 0xDC00
            else { throw defect(.surrogate, at: start, expected: expected, found: "a high surrogate alone") }
            return start + 12
        default:
            throw defect(
                .escape, at: start, expected: "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
                found: "a backslash and then " + character(at: start + 1))
        }
    }

    /// The four hexadecimal digits of the `\u` at `start`.
    private func hexUnit(_ start: Int) throws -> UInt32 {
        var unit: UInt32 = 0
        for position in start + 2..<start + 6 {
            let digit = position < bytes.count ? Hex.digit(bytes[position]) : Hex.none
            guard digit != Hex.none else {
                throw defect(.escape, at: position, expected: "four hexadecimal digits after \\u", found: character(at: position))
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    /// The string that a text with escapes stands for.
    func unescaped(_ text: StringText) -> String {
        bytes.withUnsafeBufferPointer { bytes in
            let source = UnsafeBufferPointer(rebasing: bytes[text.start..<text.end])
            return String(unsafeUninitializedCapacity: source.count) { Escapes.resolve(source, into: $0) }
        }
    }
}
