/// An expression that is none: what was expected in it, what was found, and where.
public struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The languages of expressions.
    public enum Language: String, Sendable, Hashable {
        /// RFC 9535 JSONPath.
        case jsonPath = "JSONPath"
        /// A regular expression.
        case regularExpression = "regular expression"
    }

    /// What the expression was to be.
    public let language: Language
    /// What would have been right; reads on from "expected".
    public let expected: String
    /// What is there instead; reads on from "found".
    public let found: String
    /// Where it is: the number of the code point, from 1.
    public let position: Int

    /// An error made of its parts.
    public init(_ language: Language, expected: String, found: String, position: Int) {
        self.language = language
        self.expected = expected
        self.found = found
        self.position = position
    }

    /// `not a JSONPath: expected "]", found "x" at character 4`.
    public var description: String {
        "not a \(language.rawValue): expected \(expected), found \(place)"
    }

    /// What was found and where: `"x" at character 4`.
    public var place: String { "\(found) at character \(position)" }

    /// A code point in words, for ``found``; `nil` is the end.
    static func words(for scalar: Unicode.Scalar?) -> String {
        guard let scalar else { return "the end" }
        switch scalar.value {
        case 0x22: return "a double quote"
        case 0x21...0x7E, 0xA1...0x2FF: return "\"\(scalar)\""
        case 0x20: return "a space"
        case 0x09: return "a tab"
        case 0x0A, 0x0D: return "a line break"
        default: return "U+" + String(repeating: "0", count: max(0, 4 - hex(scalar).count)) + hex(scalar)
        }
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16, uppercase: true) }
}
