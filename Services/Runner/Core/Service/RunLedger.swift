import ServiceKit

/// Keeps what happens to runs, and says whether what is about to happen may happen.
protocol RunLedger: Sendable {
    /// What `work` needs to know of its run; `nil` when it is no longer wanted.
    func context(of work: Work) async -> WorkContext?
    /// Decides about `input` and keeps it; returns when it is kept.
    @discardableResult
    func tell(_ input: RunnerInput) async throws -> RunnerReply?
}

/// The ledger of a runner that has a journal.
struct EngineLedger: RunLedger {
    let engine: ServiceEngine<RunnerState>

    func context(of work: Work) async -> WorkContext? {
        await engine.read { $0.context(of: work) }
    }

    func tell(_ input: RunnerInput) async throws -> RunnerReply? {
        try await engine.perform(input)
    }
}
