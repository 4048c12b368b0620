import Synchronization

extension FileStore {
    /// See `StoreDriver`. Files are read and checked on the store's thread, ahead of `apply`. Also removes what an interrupted snapshot left
    /// behind, cuts off a torn end, and stores everything in the format's version if it was older.
    public nonisolated(nonsending) func recover(_ apply: (StoreRecord) throws -> Void) async throws -> Recovery {
        try queue.beginRecovery()
        do {
            let session = RecoverySession(self)
            try await thread.run { try session.plan() }
            // One batch is read while the one before it is applied.
            var coming = Task { [thread] in try await thread.run { try session.next() } }
            while let batch = try await coming.value {
                try Task.checkCancellation()
                coming = Task { [thread] in try await thread.run { try session.next() } }
                for record in batch { try record.handed(to: apply) }
            }
            return try await thread.run { try session.finish() }
        } catch {
            queue.fail((error as? StoreError) ?? .notRecovered)
            throw error
        }
    }
}

/// One recovery of a store, step by step on the store's thread.
private final class RecoverySession: Sendable {
    private struct State {
        var plan: RecoveryPlan
        var reader: RecoveryReader
    }

    private let store: FileStore
    private let state = Mutex<State?>(nil)

    init(_ store: FileStore) { self.store = store }

    func plan() throws {
        let files = StoreFiles(names: try store.fileSystem.names(in: store.directory))
        let plan = try RecoveryPlan(files, directory: store.directory)
        let reader = makeReader(plan)
        state.withLock { $0 = State(plan: plan, reader: reader) }
    }

    func next() throws -> [StoreRecord]? {
        try state.withLock { try $0?.reader.next() }
    }

    /// Makes durable what was read, removes what is superseded, migrates, and lets the store accept appends.
    func finish() throws -> Recovery {
        guard let (plan, reader) = state.withLock({ state in state.map { ($0.plan, $0.reader) } }) else { throw StoreError.notRecovered }
        var recovery = reader.recovery
        // The snapshot that supersedes them was read: now it also has to stay.
        try store.fileSystem.syncDirectory(store.directory)
        for name in plan.leftovers { try store.fileSystem.remove("\(store.directory)/\(name)") }
        recovery.removed = plan.leftovers
        var writer = try makeWriter(reader)

        var usage = StoreUsage()
        usage.lastSequence = recovery.lastSequence
        usage.snapshotSequence = plan.base
        usage.snapshotBytes = reader.snapshotBytes
        var segmentBytes = reader.segmentBytes
        if recovery.migratedFrom != nil {
            usage.snapshotBytes = try migrate(plan, &writer)
            usage.snapshotSequence = recovery.lastSequence
            segmentBytes = [:]
        }
        segmentBytes[writer.first] = writer.size
        try store.queue.start(writer, usage: usage, segmentBytes: segmentBytes)
        return recovery
    }

    private func makeWriter(_ reader: RecoveryReader) throws(StoreError) -> JournalWriter {
        guard let tail = reader.tail else {
            return try JournalWriter(newIn: store.directory, format: store.format, options: store.options, fileSystem: store.fileSystem)
        }
        return try JournalWriter(
            resuming: tail, in: store.directory, format: store.format, options: store.options, fileSystem: store.fileSystem)
    }

    private func makeReader(_ plan: RecoveryPlan) -> RecoveryReader {
        RecoveryReader(plan, directory: store.directory, format: store.format, fileSystem: store.fileSystem)
    }

    /// Everything is read once more and written as a snapshot of the format's version; interrupted at any point, it is done again.
    private func migrate(_ plan: RecoveryPlan, _ writer: inout JournalWriter) throws -> Int {
        let sequence = writer.next - 1
        var snapshot = try SnapshotWriter(covering: sequence, in: store.directory, format: store.format, fileSystem: store.fileSystem)
        do {
            var reader = makeReader(plan)
            while let batch = try reader.next() {
                for record in batch { try snapshot.add(record.body) }
            }
            try snapshot.seal()
            try writer.rotate()
            try snapshot.publish()
        } catch {
            snapshot.discard()
            throw error
        }
        try store.removeFiles(supersededBy: sequence)
        return snapshot.size
    }
}
