import Glibc
import Synchronization

/// A thread of its own that runs jobs in the order they were posted, so that blocking calls never occupy the cooperative pool.
///
/// It ends after the posted jobs when `stop` is called or the last reference goes.
final class BlockingThread: Sendable {
    typealias Job = @Sendable () -> Void

    private let core: Core

    init(name: String) throws(StoreError) {
        core = Core(name: name)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(core)
        let code = pthread_create(&thread, nil, { Core.main($0) }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw StoreError(
                .inputOutput, expected: "a thread for blocking calls", found: SystemError.text(code),
                advice: "raise the limit of threads or processes", systemError: code)
        }
        pthread_detach(thread)
    }

    deinit { core.stop() }

    /// Queues a job; false when the thread was stopped, and the job will not run.
    @discardableResult
    func post(_ job: @escaping Job) -> Bool { core.post(job) }

    /// Runs `body` after the jobs already posted and returns what it returns.
    nonisolated(nonsending) func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let posted = post { continuation.resume(with: Result { try body() }) }
            if !posted { continuation.resume(throwing: StoreError.closed) }
        }
    }

    /// Ends the thread after the jobs already posted.
    func stop() { core.stop() }
}

extension BlockingThread {
    /// What the thread itself holds on to, so that it does not keep its owner alive.
    private final class Core: Sendable {
        private struct State {
            var jobs: [Job] = []
            var isAsleep = false
            var isStopped = false
        }

        private let name: String
        private let state = Mutex(State())
        private let wake = Semaphore()

        init(name: String) { self.name = name }

        func post(_ job: @escaping Job) -> Bool {
            let (accepted, mustWake) = state.withLock { state in
                guard !state.isStopped else { return (false, false) }
                state.jobs.append(job)
                defer { state.isAsleep = false }
                return (true, state.isAsleep)
            }
            if mustWake { wake.signal() }
            return accepted
        }

        func stop() {
            let mustWake = state.withLock { state in
                state.isStopped = true
                defer { state.isAsleep = false }
                return state.isAsleep
            }
            if mustWake { wake.signal() }
        }

        static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
            guard let argument else { return nil }
            let core = Unmanaged<Core>.fromOpaque(argument).takeRetainedValue()
            // Signals are for the threads that expect them; here they would only interrupt system calls.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            LinuxCalls.nameThread(core.name)
            core.run()
            return nil
        }

        private enum Turn {
            case work([Job])
            case sleep
            case end
        }

        private func run() {
            while true {
                switch takeTurn() {
                case .work(let jobs): for job in jobs { job() }
                case .sleep: wake.wait()
                case .end: return
                }
            }
        }

        private func takeTurn() -> Turn {
            state.withLock { state in
                if !state.jobs.isEmpty {
                    let jobs = state.jobs
                    state.jobs = []
                    return .work(jobs)
                }
                if state.isStopped { return .end }
                state.isAsleep = true
                return .sleep
            }
        }
    }
}
