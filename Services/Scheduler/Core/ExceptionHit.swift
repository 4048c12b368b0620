/// A window that an instance fell into.
struct ExceptionHit: Sendable, Hashable {
    /// The rule that opened it.
    let rule: String
    /// The global calendar of the rule; `nil` for the job's own.
    let calendar: String?
    /// When it opened.
    let start: Int64
    /// The first second outside.
    let end: Int64
}
