/// How long one extraction may take. Belongs to one call, so it is never shared between tasks.
///
/// Whatever loops over user data counts its steps here; the clock is read once in a while.
final class WorkBudget {
    private let limit: Duration
    private let end: ContinuousClock.Instant
    private var steps = 0

    /// Every so many steps the clock is read: a fraction of a millisecond apart.
    static let stepsPerLook = 2048

    init(_ limit: Duration) {
        self.limit = limit
        end = .now + limit
    }

    /// Counts `count` steps.
    func spend(_ count: Int = 1) throws(ExtractionFailure) {
        steps += count
        guard steps >= Self.stepsPerLook else { return }
        steps = 0
        try look()
    }

    /// What is left of the time, but no more than `most`.
    func remaining(atMost most: Duration) -> Duration {
        min(most, max(.zero, end - .now))
    }

    private func look() throws(ExtractionFailure) {
        guard ContinuousClock.now >= end else { return }
        let milliseconds = limit / .milliseconds(1)
        throw ExtractionFailure(.late, "no answer within \(Int(milliseconds.rounded())) ms; use an expression that needs fewer attempts")
    }
}
