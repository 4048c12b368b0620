import FoundationEssentials
import JobModel
import Messages
public import ServiceKit
import Synchronization

/// Those who follow instances: their questions wait here until there is something to tell.
///
/// Nothing is looked at while nobody waits, and however much happens, the state is looked at once in ``interval``, for all of them together. What
/// they are told is read from the state at that moment, so what has changed ten times meanwhile is told once.
public final class Followers: Sendable {
    private struct Waiting {
        var query: ChangesQuery
        /// Beyond which revision the asker is to be told.
        var since: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct Contents {
        var waiting: [Int: Waiting] = [:]
        var lastNumber = 0
    }

    /// How soon after one look at the state the next may come; default 50 ms.
    let interval: Duration
    private let engine: ServiceEngine<CollectorState>
    private let archive: InstanceArchive
    private let contents = Mutex(Contents())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// Nobody follows what `engine` knows and `archive` keeps yet.
    public init(_ engine: ServiceEngine<CollectorState>, archive: InstanceArchive, interval: Duration = .milliseconds(50)) {
        self.engine = engine
        self.archive = archive
        self.interval = interval
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The number of questions that wait.
    var count: Int { contents.withLock { $0.waiting.count } }

    // MARK: Telling

    /// Wakes those who wait when something has changed for them, until the task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in await self.engine.commits() where self.count > 0 { self.signal.yield() }
            }
            for await _ in signals {
                await look()
                // While it sleeps, what happens gathers.
                guard (try? await Task.sleep(for: interval)) != nil else { break }
            }
            group.cancelAll()
        }
    }

    private func look() async {
        let waiting = contents.withLock { $0.waiting.map { (number: $0.key, query: $0.value.query, since: $0.value.since) } }
        guard !waiting.isEmpty else { return }
        let due = await engine.read { state in waiting.filter { state.hasNews(for: $0.query, since: $0.since) }.map(\.number) }
        for number in due { release(number) }
    }

    private func release(_ number: Int) {
        contents.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume()
    }

    // MARK: Asking

    /// What has changed, as soon as something has; with nothing once the question's patience is over.
    ///
    /// - Throws: `QueryProblem` when there is no such instance or run, `StoreError` when it cannot be read.
    func answer(to query: ChangesQuery) async throws -> InstanceChanges {
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(query.waitMilliseconds)
        var query = query
        while true {
            let found = try await selection(for: query)
            if let found, !found.isEmpty { return found.answer }
            // What has happened meanwhile was of no kind that is wanted.
            if let found { query.since = found.revision }
            guard clock.now < deadline, !Task.isCancelled else { return InstanceChanges(revision: query.since ?? 0) }
            await wait(for: query, until: deadline)
        }
    }

    /// `nil` when the instance is still to come.
    private func selection(for query: ChangesQuery) async throws -> ChangeSelection? {
        let known = try await engine.readDurable { state in try state.changes(for: query) }
        switch known {
        case .live(let selection): return selection
        case .toCome: return nil
        case .archived(let summary):
            if query.kinds == [.instance], query.runID == nil { return .final(summary, query) }
            guard let record = try await archive.read(query.instanceID) else {
                throw CollectorQueries.unknown("instance", query.instanceID)
            }
            // Every answer reads the file.
            return try record.checkedChanges(for: query, limits: InstanceRecord.ChangeLimits(parts: 2000, bytes: 1 << 20))
        }
    }

    private func wait(for query: ChangesQuery, until deadline: ContinuousClock.Instant) async {
        let number = contents.withLock { contents in
            contents.lastNumber += 1
            return contents.lastNumber
        }
        let alarm = Task {
            try await Task.sleep(until: deadline)
            self.release(number)
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = contents.withLock { contents in
                    // Cancelled before it waited, nobody would wake it.
                    guard !Task.isCancelled else { return true }
                    contents.waiting[number] = Waiting(query: query, since: query.since ?? 0, continuation: continuation)
                    return false
                }
                if isCancelled { continuation.resume() }
                // What happened between the look at the state and here has been signalled to nobody.
                signal.yield()
            }
        } onCancel: {
            release(number)
        }
    }
}

extension CollectorState {
    enum Known: Sendable {
        case live(ChangeSelection)
        case archived(InstanceSummary)
        case toCome
    }

    func changes(for query: ChangesQuery) throws -> Known {
        if let record = live[query.instanceID] { return .live(try record.checkedChanges(for: query)) }
        if let summary = index.summary(of: query.instanceID) { return .archived(summary) }
        guard query.isExpected else { throw CollectorQueries.unknown("instance", query.instanceID) }
        return .toCome
    }

    func hasNews(for query: ChangesQuery, since: Int) -> Bool {
        guard let record = live[query.instanceID] else { return index.contains(query.instanceID) }
        return record.status.isTerminal || record.latestRevision(of: query.kinds, run: query.runID) > since
    }
}

extension InstanceRecord {
    /// What has changed.
    ///
    /// - Throws: `QueryProblem` when the instance has no such run.
    func checkedChanges(for query: ChangesQuery, limits: ChangeLimits = ChangeLimits()) throws -> ChangeSelection {
        if let run = query.runID, plan != nil, place(of: run) == nil {
            throw QueryProblem(status: 404, detail: "instance \(id.uuidString.lowercased()) has no run \(run.uuidString.lowercased())")
        }
        return changes(for: query, limits: limits)
    }
}

extension ChangeSelection {
    /// How an instance that is over and in its file stands.
    static func final(_ summary: InstanceSummary, _ query: ChangesQuery) -> ChangeSelection {
        ChangeSelection(
            revision: summary.revision, isOver: true, isSnapshot: query.since.map { $0 > summary.revision } ?? true, summary: summary)
    }
}
