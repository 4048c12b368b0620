import CProcess
import Glibc
import Messages
import Synchronization

/// The thread that reads what steps write, notices when they end, and ends them when it is time.
///
/// Everything it knows belongs to that thread; others post commands. It ends when the last reference to its owner goes.
final class ProcessLoop: Sendable {
    typealias ID = UInt64

    /// What others ask of the loop.
    enum Command: Sendable {
        /// A process is about to be started; until `watch` or `forget` nobody knows its number.
        case expect(ID, marker: [UInt8])
        /// The process was started, or was not, and needs no looking after any more.
        case forget(ID)
        /// The process was started: look after it until it has exited and its streams are closed.
        case watch(Watched, CheckedContinuation<ProcessOutcome.Stop?, Never>)
        /// End the process.
        case stop(ID, ProcessOutcome.Stop)
        /// The process has been waited for: end whatever it left behind.
        case sweep(ID, CheckedContinuation<Sweep.Result, Never>)
    }

    /// A process that was started.
    struct Watched: Sendable {
        var id: ID
        var pid: pid_t
        /// Readable when the process has exited; stays the caller's.
        var exitDescriptor: Int32
        /// The reading ends; the loop closes them.
        var stdout: Int32
        var stderr: Int32
        var output: AttemptOutput
        var limits: ProcessLimits
    }

    private struct Inbox {
        var commands: [Command] = []
        var isAsleep = false
        var isClosed = false
    }

    private let inbox = Mutex(Inbox())
    private let ownsEveryChild: Bool
    private let wakeDescriptor: Int32
    let pollDescriptor: Int32

    /// Starts the thread.
    ///
    /// - Throws: `ProcessStartError` when the system gives no descriptor or thread.
    static func start(ownsEveryChild: Bool) throws -> ProcessLoop {
        let loop = try ProcessLoop(ownsEveryChild: ownsEveryChild)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(loop)
        let code = pthread_create(&thread, nil, { ProcessLoop.main($0) }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw ProcessStartError("no thread for looking after processes: \(SystemError.text(code)); raise the limit of threads")
        }
        pthread_detach(thread)
        return loop
    }

    private init(ownsEveryChild: Bool) throws {
        self.ownsEveryChild = ownsEveryChild
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw ProcessStartError("no descriptor for looking after processes: \(SystemError.last)") }
        let wake = courier_eventfd()
        guard wake >= 0 else {
            let reason = SystemError.last
            close(poll)
            throw ProcessStartError("no descriptor for looking after processes: \(reason)")
        }
        pollDescriptor = poll
        wakeDescriptor = wake
    }

    deinit {
        close(pollDescriptor)
        close(wakeDescriptor)
    }

    /// Hands `command` to the thread.
    func post(_ command: Command) {
        let mustWake = inbox.withLock { inbox in
            inbox.commands.append(command)
            defer { inbox.isAsleep = false }
            return inbox.isAsleep
        }
        if mustWake { wake() }
    }

    /// Ends the thread once no process is left to look after.
    func end() {
        inbox.withLock { $0.isClosed = true }
        wake()
    }

    /// The commands posted since the last call.
    func takeCommands() -> [Command] {
        inbox.withLock { inbox in
            let commands = inbox.commands
            inbox.commands = []
            return commands
        }
    }

    private func wake() {
        var one: UInt64 = 1
        write(wakeDescriptor, &one, 8)
    }

    private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let loop = Unmanaged<ProcessLoop>.fromOpaque(argument).takeRetainedValue()
        // Signals are for the threads that expect them; here they would only interrupt system calls.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        courier_name_thread("processes")
        loop.run()
        return nil
    }

    private func run() {
        var keeper = ProcessKeeper(loop: self, ownsEveryChild: ownsEveryChild)
        keeper.poll(wakeDescriptor, as: ProcessKeeper.wakeToken)
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            keeper.carryOut(takeCommands())
            let timeout = keeper.advance()
            guard let mayBlock = fallAsleep(isIdle: keeper.isIdle) else { return }
            let count = epoll_wait(pollDescriptor, &events, Int32(events.count), mayBlock && keeper.isCaughtUp ? timeout : 0)
            inbox.withLock { $0.isAsleep = false }
            for event in events.prefix(Int(max(count, 0))) {
                if event.data.u64 == ProcessKeeper.wakeToken {
                    var value: UInt64 = 0
                    read(wakeDescriptor, &value, 8)
                } else {
                    keeper.handle(token: event.data.u64)
                }
            }
        }
    }

    /// Whether to wait for events: not when there are commands. `nil`: end the thread.
    private func fallAsleep(isIdle: Bool) -> Bool? {
        inbox.withLock { inbox in
            guard inbox.commands.isEmpty else { return false }
            if inbox.isClosed, isIdle { return nil }
            inbox.isAsleep = true
            return true
        }
    }
}

/// What the system says of its error numbers.
enum SystemError {
    /// The words for `code`.
    static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }

    /// The words for `errno`.
    static var last: String { text(errno) }
}
