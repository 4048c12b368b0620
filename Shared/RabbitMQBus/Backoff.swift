/// Pauses between attempts: doubling up to a bound, each drawn from its upper half so that clients do not come back all at once.
struct Backoff {
    private let minimum: Duration
    private let maximum: Duration
    private var current: Duration

    init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = max(minimum, maximum)
        current = minimum
    }

    /// The next pause; `share` is drawn from 0...1.
    mutating func next(share: Double = .random(in: 0...1)) -> Duration {
        defer { current = min(current * 2, maximum) }
        return current * (0.5 + share / 2)
    }

    mutating func reset() { current = minimum }
}
