import FoundationEssentials
import JobModel
import ServiceKit
import Synchronization

/// Does what the state wants done: it compares what is wanted with what is under way, starts what is missing and ends what is no longer wanted.
actor RunExecutor {
    private enum Mode {
        case working
        /// Nothing new is started; what is under way may end by itself.
        case draining
        /// Everything under way is ended without a verdict.
        case abandoning
    }

    private let engine: ServiceEngine<RunnerState>
    private let time: any TimeSource
    private let makeAttempt: @Sendable (Work) async throws -> Void
    private let abandoned: Abandoned
    private let signal: AsyncStream<Void>.Continuation
    private let signals: AsyncStream<Void>
    private var mode = Mode.working
    private var tasks: [Work: Task<Void, any Error>] = [:]
    private var failure: (any Error)?

    /// Which attempts are ended without a verdict; asked from any task.
    final class Abandoned: Sendable {
        private let work = Mutex<(all: Bool, some: Set<Work>)>((false, []))

        func contains(_ one: Work) -> Bool { work.withLock { $0.all || $0.some.contains(one) } }

        func insert(_ one: Work) { work.withLock { _ = $0.some.insert(one) } }

        func insertAll() { work.withLock { $0.all = true } }
    }

    init(
        _ engine: ServiceEngine<RunnerState>, time: any TimeSource, abandoned: Abandoned,
        makeAttempt: @escaping @Sendable (Work) async throws -> Void
    ) {
        self.engine = engine
        self.time = time
        self.abandoned = abandoned
        self.makeAttempt = makeAttempt
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something may have changed. May be called from anywhere.
    nonisolated func look() {
        signal.yield()
    }

    /// Works until it is told to stop and nothing is under way any more.
    ///
    /// - Throws: `StoreError` when something that happened could not be made durable; everything under way has been ended then.
    func run() async throws {
        look()
        await withDiscardingTaskGroup { group in
            for await _ in signals {
                await reconcile(in: &group)
                if mode != .working, tasks.isEmpty { break }
            }
            abandon()
        }
        if let failure { throw failure }
    }

    /// Starts nothing new.
    func drain() {
        if mode == .working { mode = .draining }
        look()
    }

    /// Ends everything under way without a verdict; the journal knows that it was under way.
    func abandon() {
        abandoned.insertAll()
        mode = .abandoning
        for task in tasks.values { task.cancel() }
        look()
    }

    private func reconcile(in group: inout DiscardingTaskGroup) async {
        let wanted = Set(await engine.read { $0.work })
        for (work, task) in tasks where !wanted.contains(work) || (mode == .draining && work.kind != .attempt) { task.cancel() }
        if mode == .draining { await abandonRestarts() }
        guard mode == .working else { return }
        for work in wanted where tasks[work] == nil {
            let task = Task { try await self.perform(work) }
            tasks[work] = task
            group.addTask { await self.ended(work, task.result) }
        }
    }

    /// An attempt to restart the machine ends with the machine, and may be why the runner is being stopped: nobody is to wait for it.
    private func abandonRestarts() async {
        let attempts = Set(tasks.keys)
        for work in await engine.read({ state in attempts.filter { state.context(of: $0)?.step.restartsTheMachine == true } }) {
            abandoned.insert(work)
            tasks[work]?.cancel()
        }
    }

    private nonisolated func perform(_ work: Work) async throws {
        switch work.kind {
        case .attempt: try await makeAttempt(work)
        case .delay(let until):
            guard (try? await time.sleep(until: until)) != nil else { return }
            try await engine.perform(.delayPassed(work))
        }
    }

    private func ended(_ work: Work, _ result: Result<Void, any Error>) {
        tasks[work] = nil
        if case .failure(let error) = result, failure == nil {
            failure = error
            abandon()
        }
        look()
    }
}
