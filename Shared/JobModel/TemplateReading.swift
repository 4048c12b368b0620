public import JSON

/// What reading a template came to.
public struct TemplateReading: Sendable, Hashable {
    /// The job in canonical form; `nil` exactly when there are problems.
    public var template: JobTemplate?
    /// Everything that is wrong, in the order of the document's fields.
    public var problems: [TemplateProblem]
    /// What was understood in another way than it is written, and so is written differently in the canonical form.
    public var warnings: [TemplateWarning]

    /// A reading.
    public init(template: JobTemplate?, problems: [TemplateProblem], warnings: [TemplateWarning]) {
        self.template = template
        self.problems = problems
        self.warnings = warnings
    }
}

/// One thing that is wrong with a template.
///
/// The texts name kinds, keys, numbers, identifiers and names from closed lists, but never the value of an input.
public struct TemplateProblem: Sendable, Hashable, CustomStringConvertible {
    /// What sort of problem it is; in HTTP, the highest that occurs decides: 413, else 422, else 400.
    public enum Kind: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// No well-formed document (400).
        case unparsable
        /// More than is read at all (413).
        case tooLarge
        /// A document that is no valid template (422).
        case invalid
    }

    /// What sort of problem it is.
    public var kind: Kind
    /// The value it is about; for a missing one, where it should be; the root for the document as a whole.
    public var pointer: JSONPointer
    /// What is wrong, in a few words.
    public var message: String
    /// What would have been right; reads on from "expected".
    public var expected: String
    /// What is there; reads on from "found".
    public var found: String
    /// What to do about it, where more than `expected` can be said.
    public var hint: String?
    /// Where it is in the text; for a missing value, where its object begins.
    public var position: JSONPosition?

    /// A problem.
    public init(
        _ kind: Kind = .invalid, at pointer: JSONPointer, message: String, expected: String, found: String, hint: String? = nil,
        position: JSONPosition? = nil
    ) {
        self.kind = kind
        self.pointer = pointer
        self.message = message
        self.expected = expected
        self.found = found
        self.hint = hint
        self.position = position
    }

    /// `/target/groups/0/timeoutSeconds (line 9, column 23): out of range: expected an integer from 1 to 86399, found 0`.
    public var description: String {
        let place = position.map { " (line \($0.line), column \($0.column))" } ?? ""
        let advice = hint.map { "; \($0)" } ?? ""
        let subject = pointer.tokens.isEmpty ? "the document" : pointer.description
        return "\(subject)\(place): \(message): expected \(expected), found \(found)\(advice)"
    }
}

/// Something in a template that was understood, but is written differently in the canonical form.
public struct TemplateWarning: Sendable, Hashable, CustomStringConvertible {
    /// The value it is about.
    public var pointer: JSONPointer
    /// What was made of it.
    public var message: String
    /// Where it is in the text.
    public var position: JSONPosition?

    /// A warning.
    public init(at pointer: JSONPointer, message: String, position: JSONPosition? = nil) {
        self.pointer = pointer
        self.message = message
        self.position = position
    }

    /// `/target/groups/0/batchSize (line 9, column 20): …`.
    public var description: String {
        let place = position.map { " (line \($0.line), column \($0.column))" } ?? ""
        return "\(pointer.tokens.isEmpty ? "the document" : pointer.description)\(place): \(message)"
    }
}
