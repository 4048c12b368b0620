/// Why a right expression has no answer for a text.
public struct ExtractionFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, for programs.
    public enum Cause: String, Sendable, Hashable {
        /// The time allowed has passed.
        case late
        /// More memory or more results than allowed.
        case tooMuch
        /// The text is not what the expression applies to.
        case text
    }

    /// What is wrong, for programs.
    public let cause: Cause
    /// What is wrong and what to do about it.
    public let description: String

    /// A failure made of its parts.
    public init(_ cause: Cause, _ description: String) {
        self.cause = cause
        self.description = description
    }
}
