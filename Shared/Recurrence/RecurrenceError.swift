/// Why a text is not a recurrence: which part is wrong, where, what was expected and what stands there.
public struct RecurrenceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, for code that decides; people read `description`.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The text does not begin as it must (`RRULE:`, `DTSTART:`, `immediate`).
        case prefix
        /// Not a list of NAME=value.
        case syntax
        /// A name that RFC 5545 does not know.
        case unknownPart
        /// The same part twice.
        case duplicatePart
        /// A part that must be there is not.
        case missingPart
        /// A value that is malformed or out of range.
        case value
        /// Parts that must not be used together.
        case combination
    }

    /// What is wrong.
    public let code: Code
    /// The part concerned, such as `BYHOUR`, `RRULE` or `DTSTART`.
    public let part: String
    /// What should be there.
    public let expected: String
    /// What is there, cut to a few dozen characters; empty at the end of the text.
    public let found: String
    /// Where it is: bytes of UTF-8 from the beginning of the text.
    public let offset: Int

    /// One sentence with all of the above.
    public var description: String {
        let there = found.isEmpty ? "nothing" : "\"\(found)\""
        return "\(part) at offset \(offset): expected \(expected), found \(there)"
    }

    init(_ code: Code, part: String, expected: String, found: ArraySlice<UInt8>, offset: Int? = nil) {
        self.code = code
        self.part = part
        self.expected = expected
        self.found = Self.excerpt(found)
        self.offset = offset ?? found.startIndex
    }

    /// At most 40 characters, control characters replaced: an error ends up in logs and terminals.
    private static func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
        var text = String()
        for scalar in String(decoding: bytes.prefix(160), as: UTF8.self).unicodeScalars.prefix(40) {
            text.unicodeScalars.append(scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : scalar)
        }
        return bytes.count > 160 || text.unicodeScalars.count == 40 ? text + "…" : text
    }
}
