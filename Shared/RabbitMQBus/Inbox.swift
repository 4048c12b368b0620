import CRabbitMQ
import Glibc
import MessageBus
import Synchronization

/// Commands for a thread that sleeps on descriptors; it is woken only when it sleeps.
final class Inbox<Command: Sendable>: Sendable {
    private struct State {
        var commands: [Command] = []
        var lazyCount = 0
        var sleep = Sleep.awake
        var isClosed = false
    }

    private enum Sleep {
        case awake
        /// It wakes by itself within milliseconds: what can wait does not wake it.
        case light
        case deep
    }

    /// How many postponable commands wake a thread that sleeps lightly.
    private static var lazyLimit: Int { 64 }

    private let state = Mutex(State())
    let wakeDescriptor: Int32

    init() throws(BusError) {
        wakeDescriptor = courier_eventfd()
        if wakeDescriptor < 0 {
            throw BusError(.other, subject: "eventfd", reason: "no descriptor (errno \(errno)); raise the limit of open files")
        }
    }

    deinit { Glibc.close(wakeDescriptor) }

    /// Hands over a command; false when nobody will ever take it. What is `lazy` may wait some milliseconds.
    func post(_ command: Command, lazily isLazy: Bool = false) -> Bool {
        let (accepted, mustWake) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.commands.append(command)
            if isLazy { state.lazyCount += 1 }
            let canWait = isLazy && state.sleep == .light && state.lazyCount < Self.lazyLimit
            guard state.sleep != .awake, !canWait else { return (true, false) }
            state.sleep = .awake
            return (true, true)
        }
        if mustWake { wake() }
        return accepted
    }

    /// Everything that was posted.
    func takeAll() -> [Command] {
        state.withLock { state in
            guard !state.commands.isEmpty else { return [] }
            let taken = state.commands
            state.commands = []
            state.lazyCount = 0
            return taken
        }
    }

    /// What was posted and not taken; nothing is accepted any more.
    func close() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            let left = state.commands
            state.commands = []
            return left
        }
    }

    /// Waits for a command, for input on `socket`, or for `milliseconds`; returns at once when there are commands.
    func sleep(socket: Int32?, milliseconds: Int32, lightly: Bool) {
        let maySleep = state.withLock { state in
            guard state.commands.isEmpty else { return false }
            state.sleep = lightly ? .light : .deep
            return true
        }
        guard maySleep else { return }
        var descriptors = [pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        if let socket { descriptors.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
        state.withLock { $0.sleep = .awake }
        if descriptors[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(wakeDescriptor, &count, 8)
        }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }
}
