import CProcess
import Glibc
import Messages

/// The loop's knowledge of the processes under way; lives on the loop's thread.
struct ProcessKeeper {
    typealias ID = ProcessLoop.ID
    typealias Instant = ContinuousClock.Instant

    /// The event of the loop's own wake-up.
    static let wakeToken = UInt64.max

    /// The three descriptors of a process, in the lowest bits of its events.
    private enum Source: UInt64 {
        case stdout = 0
        case stderr = 1
        case exit = 2
    }

    struct Process {
        let marker: [UInt8]
        /// The number of a process that was started and has not been waited for.
        var pid: pid_t?
        /// The process group it was started in, for as long as it is looked after.
        var group: pid_t?
        var watched: ProcessLoop.Watched?
        var watch: ProcessWatch?
        var stopRequested: ProcessOutcome.Stop?
        var openStreams: Set<Int32> = []
        var done: CheckedContinuation<ProcessOutcome.Stop?, Never>?
        var sweep: Sweep?
    }

    private let loop: ProcessLoop
    /// No other part of this process starts any, so that an unknown child can only be a step's.
    let ownsEveryChild: Bool
    let table = ProcessTable()
    var processes: [ID: Process] = [:]
    /// Commands that are still to be carried out.
    private var backlog: [ProcessLoop.Command] = []
    /// Descendants that were killed and not yet waited for.
    var condemned: Set<pid_t> = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private let clock = ContinuousClock()

    init(loop: ProcessLoop, ownsEveryChild: Bool) {
        self.loop = loop
        self.ownsEveryChild = ownsEveryChild
    }

    /// Nothing is under way.
    var isIdle: Bool { processes.isEmpty }

    /// Nothing that others asked for waits to be taken up.
    var isCaughtUp: Bool { backlog.isEmpty }

    /// Takes up what others asked for.
    mutating func carryOut(_ commands: [ProcessLoop.Command]) {
        backlog += commands
        while !backlog.isEmpty { carryOut(backlog.removeFirst()) }
    }

    /// Looks at the commands that were posted meanwhile without carrying them out.
    mutating func catchUp() {
        backlog += loop.takeCommands()
    }

    /// Somewhere a process is being started whose number is not known yet.
    var isStarting: Bool {
        processes.values.contains { $0.pid == nil && $0.sweep == nil } || isAnnounced
    }

    /// Only one process is looked after, and none is about to be started.
    var isAlone: Bool { processes.count == 1 && !isAnnounced }

    private var isAnnounced: Bool {
        backlog.contains { if case .expect = $0 { true } else { false } }
    }

    private mutating func carryOut(_ command: ProcessLoop.Command) {
        switch command {
        case .expect(let id, let marker):
            processes[id] = Process(marker: marker)
        case .forget(let id):
            processes[id] = nil
        case .watch(let watched, let done):
            start(watched, done)
        case .stop(let id, let stop):
            requestStop(id, stop)
        case .sweep(let id, let done):
            processes[id]?.pid = nil
            processes[id]?.watched = nil
            let now = clock.now
            processes[id]?.sweep = Sweep(startedAt: now, done: done)
        }
    }

    /// Does what is due now; returns how long to wait for events, in milliseconds, -1 for as long as it takes.
    mutating func advance() -> Int32 {
        let now = clock.now
        var next: Instant?
        for id in Array(processes.keys) {
            tell(id) { $0.tick(at: $1) }
            runSweep(of: id, at: now)
            for deadline in [processes[id]?.watch?.nextDeadline, processes[id]?.sweep?.nextPass] {
                guard let deadline else { continue }
                next = min(next ?? deadline, deadline)
            }
        }
        guard let next else { return -1 }
        // Rounded up: a wake-up a moment too early would find nothing due and spin.
        let milliseconds = (clock.now.duration(to: next) / .milliseconds(1)).rounded(.up)
        return Int32(min(max(milliseconds, 0), 60_000))
    }

    /// One of the descriptors has something to say.
    mutating func handle(token: UInt64) {
        let id = token >> 2
        guard let watched = processes[id]?.watched, let source = Source(rawValue: token & 3) else { return }
        switch source {
        case .stdout: drain(watched.stdout, .stdout, of: id)
        case .stderr: drain(watched.stderr, .stderr, of: id)
        case .exit:
            unpoll(watched.exitDescriptor)
            // What was written before the exit is in the pipes by now, and a quick step then needs no second round.
            drain(watched.stdout, .stdout, of: id)
            drain(watched.stderr, .stderr, of: id)
            tell(id) { $0.exited(at: $1) }
        }
    }

    /// Asks the kernel for the events of a descriptor.
    @discardableResult
    func poll(_ descriptor: Int32, as token: UInt64) -> Bool {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(u64: token))
        return epoll_ctl(loop.pollDescriptor, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    private func unpoll(_ descriptor: Int32) {
        epoll_ctl(loop.pollDescriptor, EPOLL_CTL_DEL, descriptor, nil)
    }

    private mutating func start(_ watched: ProcessLoop.Watched, _ done: CheckedContinuation<ProcessOutcome.Stop?, Never>) {
        var process = processes[watched.id] ?? Process(marker: [])
        process.pid = watched.pid
        process.group = watched.pid
        process.watched = watched
        process.watch = ProcessWatch(limits: watched.limits, startedAt: clock.now)
        process.openStreams = [watched.stdout, watched.stderr]
        process.done = done
        processes[watched.id] = process
        poll(watched.stdout, as: watched.id << 2 | Source.stdout.rawValue)
        poll(watched.stderr, as: watched.id << 2 | Source.stderr.rawValue)
        if !poll(watched.exitDescriptor, as: watched.id << 2 | Source.exit.rawValue) {
            // Nothing would ever tell of its end: better no step than one that nobody can stop.
            kill(-watched.pid, SIGKILL)
            tell(watched.id) { $0.exited(at: $1) }
        }
        if let stop = process.stopRequested { requestStop(watched.id, stop) }
    }

    private mutating func requestStop(_ id: ID, _ stop: ProcessOutcome.Stop) {
        // A process that is only being started is stopped as soon as it is known.
        if processes[id]?.stopRequested == nil { processes[id]?.stopRequested = stop }
        tell(id) { $0.stop(stop, at: $1) }
    }

    private mutating func tell(_ id: ID, of event: (inout ProcessWatch, Instant) -> [ProcessWatch.Action]) {
        guard var watch = processes[id]?.watch else { return }
        let actions = event(&watch, clock.now)
        processes[id]?.watch = watch
        perform(actions, for: id)
    }

    /// Reads what is there, but not for ever: other steps have something to say too.
    private mutating func drain(_ descriptor: Int32, _ stream: OutputStream, of id: ID) {
        guard let process = processes[id], process.openStreams.contains(descriptor), let output = process.watched?.output else { return }
        for _ in 0..<16 {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                buffer.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: stream) }
                if count < buffer.count { return }
            } else if count < 0, errno == EAGAIN || errno == EINTR {
                return
            } else {
                closeStream(descriptor, of: id)
                return
            }
        }
    }

    private mutating func closeStream(_ descriptor: Int32, of id: ID) {
        guard processes[id]?.openStreams.remove(descriptor) != nil else { return }
        close(descriptor)
        if processes[id]?.openStreams.isEmpty == true { tell(id) { $0.streamsEnded(at: $1) } }
    }

    private mutating func perform(_ actions: [ProcessWatch.Action], for id: ID) {
        for action in actions {
            guard let process = processes[id], let pid = process.pid else { return }
            switch action {
            // The process has not been waited for while it is watched, so its number and group are still its own.
            case .terminateGroup: kill(-pid, SIGTERM)
            case .killGroup: kill(-pid, SIGKILL)
            case .killEscaped: _ = killDescendants(of: id)
            case .finish(let stop): finish(id, stop)
            }
        }
    }

    private mutating func finish(_ id: ID, _ stop: ProcessOutcome.Stop?) {
        guard let process = processes[id] else { return }
        processes[id]?.watch = nil
        processes[id]?.done = nil
        for descriptor in process.openStreams { close(descriptor) }
        processes[id]?.openStreams = []
        process.done?.resume(returning: stop)
    }
}
