import Glibc

/// The search for what a process left behind, repeated until nothing is left: who is killed leaves children that only then become visible.
struct Sweep {
    /// What a sweep came to.
    struct Result: Sendable, Hashable {
        /// Processes that were ended.
        var killed = 0
        /// Processes that did not die in time.
        var survivors = 0
    }

    /// What one look at the children found.
    struct Pass: Sendable, Hashable {
        /// Descendants that still live.
        var alive: Set<pid_t> = []
        /// There are children in the middle of an exec, which may be anybody's.
        var isUncertain = false
    }

    typealias Instant = ContinuousClock.Instant

    /// How long dying may take; what takes longer hangs in the kernel.
    private static let limit = Duration.seconds(5)

    let done: CheckedContinuation<Result, Never>
    private let giveUpAt: Instant
    private(set) var nextPass: Instant
    private var pause = Duration.milliseconds(1)
    private var killed: Set<pid_t> = []
    private var foundNothing = false

    init(startedAt now: Instant, done: CheckedContinuation<Result, Never>) {
        self.done = done
        giveUpAt = now + Self.limit
        nextPass = now
    }

    /// One pass has found `alive` still there, and perhaps some of whom it could not tell whose they are. Returns the result when that was
    /// the last pass.
    mutating func passed(_ pass: Pass, at now: Instant) -> Result? {
        let alive = pass.alive
        killed.formUnion(alive)
        // The kernel's list of children may miss some while others exit: nothing has to be found twice.
        let isOver = alive.isEmpty && !pass.isUncertain && foundNothing
        foundNothing = alive.isEmpty && !pass.isUncertain
        if isOver || now >= giveUpAt { return Result(killed: killed.count, survivors: alive.count) }
        nextPass = now + pause
        pause = min(pause * 2, .milliseconds(50))
        return nil
    }
}

extension ProcessKeeper {
    /// Does the pass of the sweep for `id` that is due.
    mutating func runSweep(of id: ID, at now: Instant) {
        guard let nextPass = processes[id]?.sweep?.nextPass, nextPass <= now else { return }
        let pass = killDescendants(of: id)
        guard let result = processes[id]?.sweep?.passed(pass, at: now) else { return }
        let done = processes[id]?.sweep?.done
        processes[id] = nil
        done?.resume(returning: result)
    }

    /// Kills the descendants of `id` that have become children of this process, waits for dead ones, and tells of those that still live.
    ///
    /// A descendant is known by its marker. One that has cleared its environment is ended with the last process under way, when it cannot be
    /// anybody else's.
    mutating func killDescendants(of id: ID) -> Sweep.Pass {
        let children = table.adopted()
        // Whoever was being started before the list was made is known or announced after this; later ones are not in the list.
        catchUp()
        guard let process = processes[id] else { return Sweep.Pass() }
        let leaders = Set(processes.values.compactMap(\.pid))
        var pass = Sweep.Pass()
        for child in children where !leaders.contains(child) {
            guard let entry = table.entry(child) else { continue }
            if entry.isZombie {
                bury(child, entry, of: process)
                continue
            }
            switch belongs(child, entry, to: process) {
            case true?:
                kill(child, SIGKILL)
                condemned.insert(child)
                pass.alive.insert(child)
            case false?: break
            case nil: pass.isUncertain = true
            }
        }
        return pass
    }

    /// `nil` when it cannot be told now.
    private func belongs(_ child: pid_t, _ entry: ProcessTable.Entry, to process: Process) -> Bool? {
        if entry.group == process.group { return true }
        return switch table.origin(of: child, marker: process.marker) {
        case .marked: true
        case .markedOtherwise: false
        case .unmarked, .cleared: ownsEveryChild && isAlone
        case .executing: ownsEveryChild && isAlone ? true : nil
        }
    }

    /// Waits for a dead child, unless it may be somebody else's to wait for.
    private mutating func bury(_ child: pid_t, _ entry: ProcessTable.Entry, of process: Process) {
        // A dead group leader in our session may be a step that was only just started.
        let mayBeStep = isStarting && entry.group == child && entry.session == getsid(0)
        guard condemned.remove(child) != nil || entry.group == process.group || (ownsEveryChild && !mayBeStep) else { return }
        waitpid(child, nil, WNOHANG)
    }
}
