import Synchronization

/// A store without files, for tests and trials: the same rules and the same errors as `FileStore`, and nothing survives the process.
///
/// `restarted()` stands for the next start of a service on what this store has acknowledged.
public final class InMemoryStore: StoreDriver {
    private struct State {
        var phase = StorePhase.opened
        var snapshot: [[UInt8]]?
        var snapshotSequence: UInt64 = 0
        var journal: [[UInt8]] = []
        var usage = StoreUsage()

        var records: [StoreRecord] {
            let covered = (snapshot ?? []).enumerated().map { index, body in
                StoreRecord(sequence: snapshotSequence, body: body, source: RecordSource(file: "memory:snapshot", line: index + 1))
            }
            return covered
                + journal.enumerated().map { index, body in
                    let sequence = snapshotSequence + UInt64(index) + 1
                    return StoreRecord(sequence: sequence, body: body, source: RecordSource(file: "memory:journal", line: index + 1))
                }
        }
    }

    private let state: Mutex<State>

    /// Makes an empty store; like every driver it wants `recover` to be called first.
    public init() { state = Mutex(State()) }

    private init(_ state: State) { self.state = Mutex(state) }

    /// A store, not recovered yet, that holds what this one has acknowledged; this one is closed.
    public func restarted() -> InMemoryStore {
        state.withLock { state in
            var copy = state
            copy.phase = .opened
            copy.usage.commits = 0
            state.phase = .closed
            return InMemoryStore(copy)
        }
    }

    /// Behaves from now on as if a write had failed: every later call throws the error, marked as final.
    public func fail(_ error: StoreError) {
        state.withLock { $0.phase.fail(error.final) }
    }

    /// See `StoreDriver`. The records' source is the file `memory:snapshot` or `memory:journal`.
    public nonisolated(nonsending) func recover(_ apply: (StoreRecord) throws -> Void) async throws -> Recovery {
        let found = try state.withLock { state throws(StoreError) -> State in
            try state.phase.beginRecovery()
            return state
        }
        do throws(StoreError) {
            for record in found.records { try record.handed(to: apply) }
        } catch {
            state.withLock { $0.phase.fail(error) }
            throw error
        }
        try state.withLock { state throws(StoreError) in try state.phase.accept() }
        var recovery = Recovery()
        recovery.snapshotSequence = found.snapshot.map { _ in found.snapshotSequence }
        recovery.snapshotRecords = found.snapshot?.count ?? 0
        recovery.journalRecords = found.journal.count
        recovery.lastSequence = found.usage.lastSequence
        return recovery
    }

    /// See `StoreDriver`; durable means kept for `restarted()`.
    @discardableResult
    public nonisolated(nonsending) func append(_ records: [[UInt8]]) async throws -> UInt64 {
        for record in records { try RecordRules.check(record) }
        return try state.withLock { state throws(StoreError) in
            if let refusal = state.phase.refusal { throw refusal }
            state.journal.append(contentsOf: records)
            state.usage.lastSequence += UInt64(records.count)
            state.usage.journalBytes += records.reduce(0) { $0 + $1.count }
            state.usage.commits += records.isEmpty ? 0 : 1
            return state.usage.lastSequence
        }
    }

    /// See `StoreDriver`; `write` runs before this call returns, on the caller's thread.
    @discardableResult
    public nonisolated(nonsending) func snapshot(
        writing write: @escaping @Sendable (_ emit: (_ record: [UInt8]) throws -> Void) throws -> Void
    ) async throws -> UInt64 {
        let covered = try state.withLock { state throws(StoreError) in
            if let refusal = state.phase.refusal { throw refusal }
            return state.usage.lastSequence
        }
        var records: [[UInt8]] = []
        try write { record in
            try RecordRules.check(record)
            records.append(record)
        }
        let snapshot = records
        state.withLock { state in
            // A later one may have come first.
            guard covered >= state.snapshotSequence else { return }
            state.journal.removeFirst(Int(covered - state.snapshotSequence))
            state.snapshot = snapshot
            state.snapshotSequence = covered
            state.usage.snapshotSequence = covered
            state.usage.snapshotBytes = snapshot.reduce(0) { $0 + $1.count }
            state.usage.journalBytes = state.journal.reduce(0) { $0 + $1.count }
        }
        return covered
    }

    /// Sizes and counts as of now; sizes are of the bodies alone.
    public var usage: StoreUsage { state.withLock { $0.usage } }

    /// See `StoreDriver`.
    public nonisolated(nonsending) func close() async { state.withLock { $0.phase.close() } }
}
