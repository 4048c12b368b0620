import Synchronization

/// Takes appends in the order of the calls and makes all that wait durable together, on the store's thread.
///
/// While one batch is on its way to the disk the next one gathers, so the batches are as large as the load needs them to be.
final class AppendQueue: Sendable {
    typealias Waiter = CheckedContinuation<UInt64, any Error>

    private enum Item {
        case append([[UInt8]], last: UInt64, Waiter)
        /// Lets the journal go on in a new file after everything before it; resumes with the last sequence before.
        case rotate(last: UInt64, Waiter)

        func resume() {
            switch self {
            case .append(_, let last, let waiter), .rotate(let last, let waiter): waiter.resume(returning: last)
            }
        }

        func resume(throwing error: StoreError) {
            switch self {
            case .append(_, _, let waiter), .rotate(_, let waiter): waiter.resume(throwing: error)
            }
        }
    }

    private struct State {
        var phase = StorePhase.opened
        var items: [Item] = []
        /// Whether the thread is going to look at `items`.
        var isScheduled = false
        /// The last sequence given out.
        var last: UInt64 = 0
        var usage = StoreUsage()
        var segmentBytes: [UInt64: Int] = [:]
        var snapshots = 0
    }

    private let state = Mutex(State())
    private let writer = Mutex<JournalWriter?>(nil)
    private let thread: BlockingThread

    init(thread: BlockingThread) { self.thread = thread }

    var usage: StoreUsage {
        state.withLock { state in
            var usage = state.usage
            usage.journalBytes = state.segmentBytes.values.reduce(0, +)
            usage.isWritingSnapshot = state.snapshots > 0
            return usage
        }
    }

    // MARK: Life

    func beginRecovery() throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in try state.phase.beginRecovery() }
    }

    /// Accepts appends from now on. On the store's thread.
    func start(_ writer: consuming JournalWriter, usage: StoreUsage, segmentBytes: [UInt64: Int]) throws(StoreError) {
        let last = writer.next - 1
        self.writer.withLock { [writer] in $0 = writer }
        try state.withLock { (state) throws(StoreError) in
            try state.phase.accept()
            state.last = last
            state.usage = usage
            state.segmentBytes = segmentBytes
        }
    }

    /// Accepts nothing more; everything that waits and everything later throws the error, or the one that came first, which is returned.
    @discardableResult
    func fail(_ error: StoreError) -> StoreError {
        let (items, first) = state.withLock { state in
            state.phase.fail(error)
            defer { state.items = [] }
            return (state.items, state.phase.failure ?? error)
        }
        for item in items { item.resume(throwing: first) }
        return first
    }

    /// Accepts nothing more, lets what waits become durable, and closes the file.
    nonisolated(nonsending) func close() async {
        state.withLock { $0.phase.close() }
        try? await thread.run { [self] in
            drain()
            writer.withLock { writer in
                try? writer?.close()
                writer = nil
            }
        }
    }

    // MARK: Callers

    /// Resumes the waiter with the last record's sequence once the records are durable.
    func append(_ records: [[UInt8]], _ waiter: Waiter) {
        enqueue(waiter) { state in
            state.last += UInt64(records.count)
            return .append(records, last: state.last, waiter)
        }
    }

    /// Resumes the waiter with the sequence of what was appended before, once that is durable and the journal goes on in a file of its own.
    /// Counts as a snapshot going on until `endSnapshot`.
    func beginSnapshot(_ waiter: Waiter) {
        enqueue(waiter) { state in
            state.snapshots += 1
            return .rotate(last: state.last, waiter)
        }
    }

    func endSnapshot() { state.withLock { $0.snapshots -= 1 } }

    /// The snapshot is in place: what it covers counts no longer.
    func didSnapshot(covering sequence: UInt64, bytes: Int) {
        state.withLock { state in
            state.usage.snapshotSequence = sequence
            state.usage.snapshotBytes = bytes
            state.segmentBytes = state.segmentBytes.filter { $0.key > sequence }
        }
    }

    private func enqueue(_ waiter: Waiter, _ makeItem: (inout State) -> Item) {
        let (refusal, mustPost) = state.withLock { state -> (StoreError?, Bool) in
            if let refusal = state.phase.refusal { return (refusal, false) }
            state.items.append(makeItem(&state))
            defer { state.isScheduled = true }
            return (nil, !state.isScheduled)
        }
        if let refusal { waiter.resume(throwing: refusal) }
        if mustPost { thread.post { [self] in drain() } }
    }

    // MARK: The store's thread

    private func drain() {
        writer.withLock { writer in
            while let items = takeItems() {
                guard var current = writer else {
                    fail(.closed)
                    return
                }
                writer = nil
                var resumed = 0
                do throws(StoreError) {
                    try write(items, &current, &resumed)
                    writer = current
                } catch {
                    // The file is in an unknown state and is not touched again: recovery reads what there is of it.
                    let first = fail(error.final)
                    for item in items[resumed...] { item.resume(throwing: first) }
                }
            }
        }
    }

    private func takeItems() -> [Item]? {
        state.withLock { state in
            guard !state.items.isEmpty else {
                state.isScheduled = false
                return nil
            }
            defer { state.items = [] }
            return state.items
        }
    }

    private func write(_ items: [Item], _ writer: inout JournalWriter, _ resumed: inout Int) throws(StoreError) {
        for (index, item) in items.enumerated() {
            switch item {
            case .append(let records, _, _):
                for record in records { try writer.add(record) }
            case .rotate:
                try commit(&writer)
                resume(items, &resumed, upTo: index)
                try rotate(&writer)
                resume(items, &resumed, upTo: index + 1)
            }
        }
        try commit(&writer)
        resume(items, &resumed, upTo: items.count)
        if writer.isFull { try rotate(&writer) }
    }

    private func resume(_ items: [Item], _ resumed: inout Int, upTo end: Int) {
        for item in items[resumed..<end] { item.resume() }
        resumed = end
    }

    private func commit(_ writer: inout JournalWriter) throws(StoreError) {
        let start = ContinuousClock.now
        guard try writer.commit() else { return }
        let time = ContinuousClock.now - start
        state.withLock { state in
            state.usage.lastSequence = writer.next - 1
            state.usage.commits += 1
            state.usage.commitTime += time
            state.segmentBytes[writer.first] = writer.size
        }
    }

    private func rotate(_ writer: inout JournalWriter) throws(StoreError) {
        try writer.rotate()
        state.withLock { $0.segmentBytes[writer.first] = writer.size }
    }
}
