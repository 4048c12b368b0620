/// The bounds of a template's texts and numbers, for its reader and its schema. Lengths are in Unicode code points.
enum TemplateLimits {
    /// Names of jobs, steps, interpreters, inputs and outputs.
    static let name = 1...128
    /// Descriptions.
    static let description = 1...1024
    /// Versions of a skill; the empty text means any.
    static let version = 0...128
    /// The name of a function that an interpreter offers.
    static let function = 1...1024
    /// Command lines.
    static let line = 1...Int.max
    /// Paths of files and artifacts.
    static let path = 1...4096
    /// Any text.
    static let text = 0...Int.max
    /// How old a missed occurrence may be: up to 366 days.
    static let missedWindowSeconds = 0...31_622_400
    /// Counts, delays and limits, where 0 is allowed.
    static let count = 0...Int.max
    /// Exit codes that are a success.
    static let exitCode = 0...Int(Int32.max)
    /// A step's place.
    static let stepNumber = 1...Int.max
}
