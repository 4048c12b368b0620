/// What a reader refuses for its size.
public struct JSONLimits: Sendable, Hashable {
    /// How many arrays and objects may be open at once; the outermost counts as 1. Values above ``deepest`` mean ``deepest``, which keeps
    /// recursion inside the smallest stack a thread gets.
    public var depth: Int

    /// How many bytes a document may have.
    public var bytes: Int

    /// The largest depth that can be allowed.
    public static let deepest = 512

    /// How many combining marks may follow one another in a key, as in Unicode's Stream-Safe Text Format (UAX #15).
    public static let combiningMarks = 30

    /// Limits: 96 levels and 16 MiB unless told otherwise. A template may have 64, and what carries it (journals, messages) a few of its own.
    public init(depth: Int = 96, bytes: Int = 16 << 20) {
        self.depth = depth
        self.bytes = bytes
    }
}
