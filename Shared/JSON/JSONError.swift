/// Why bytes were refused: not JSON, beyond a limit, or JSON of another shape than expected.
///
/// The texts name kinds, keys and single characters but never a string's content, so that they can be logged.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, for programs.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// There is no value: no bytes, or white space only.
        case empty
        /// A character stands where JSON does not allow it.
        case syntax
        /// The document ends inside a value.
        case unexpectedEnd
        /// Something other than white space follows the value.
        case trailingData
        /// An object has the same key twice, however written. Two keys that only Unicode's canonical equivalence makes the same are told
        /// apart by a reader's `object`, and refused by what holds members by `String`.
        case duplicateKey
        /// More arrays and objects are open than the limits allow.
        case depth
        /// More bytes than the limits allow.
        case tooLarge
        /// Bytes that are not UTF-8.
        case utf8
        /// An escape sequence that JSON does not have.
        case escape
        /// An escaped half of a surrogate pair without the other half.
        case surrogate
        /// A control character that is not escaped.
        case controlCharacter
        /// A number not written the way JSON writes numbers.
        case number
        /// A number that the type read cannot hold.
        case numberRange
        /// A number with a fraction where an integer is expected.
        case notInteger
        /// The document starts with a UTF-8 byte order mark.
        case byteOrderMark
        /// The document is UTF-16 or UTF-32.
        case encoding
        /// A value of another kind than expected.
        case type
        /// A value or key of the right kind that is not one of those expected.
        case value
        /// An object lacks a field.
        case missingField
    }

    /// What is wrong, for programs.
    public var code: Code

    /// What would have been right; reads on from "expected".
    public var expected: String

    /// What is there instead; reads on from "found".
    public var found: String

    /// Where it is.
    public var position: JSONPosition

    /// The value it is about, as far as it is known. For `missingField` the object, for `duplicateKey` the member.
    public var pointer: JSONPointer?

    /// An error made of its parts.
    public init(_ code: Code, expected: String, found: String, position: JSONPosition, pointer: JSONPointer? = nil) {
        self.code = code
        self.expected = expected
        self.found = found
        self.position = position
        self.pointer = pointer
    }

    /// `line 3, column 14 (offset 52), at /steps/0/name: expected a string, found a number`.
    public var description: String {
        let place = pointer.map { $0.tokens.isEmpty ? "" : ", at \($0)" } ?? ""
        return "\(position)\(place): expected \(expected), found \(found)"
    }

    /// The same error seen from the value that holds the one it is about.
    func inside(_ token: String) -> JSONError {
        var error = self
        error.pointer = JSONPointer(tokens: [token] + (pointer?.tokens ?? []))
        return error
    }
}
