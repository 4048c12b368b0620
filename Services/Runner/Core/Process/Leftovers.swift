import CProcess
import FoundationEssentials
import Glibc

/// What the steps of a runner that was killed have left running. They are nobody's children any more, and would go on beside the next attempt.
struct Leftovers: Sendable {
    private let entries: [[UInt8]]
    private let sparesDescendants: Bool
    private let table = ProcessTable()

    /// How long dying may take; what takes longer hangs in the kernel.
    private static let patience = Duration.seconds(5)

    /// The processes of the attempts at steps of `runs`.
    ///
    /// - Parameter sparesDescendants: what this process has started is left over from nothing.
    init(of runs: [UUID], marker: String = ExternalInterpreter.marker, sparesDescendants: Bool = true) {
        self.sparesDescendants = sparesDescendants
        entries = runs.map { Array("\(marker)=\($0.uuidString.lowercased()):".utf8) }
    }

    /// Kills them, and waits until they are gone. Blocks. Returns how many there were.
    @discardableResult
    func end() -> Int {
        ControlGroups.sweep()
        guard !entries.isEmpty else { return 0 }
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        var killed: Set<pid_t> = []
        var pause: UInt32 = 1000
        while clock.now < deadline {
            var isUncertain = false
            let alive = table.all().filter { pid in
                let origin = origin(of: pid)
                if origin == .executing { isUncertain = true }
                return origin == .marked && killIfLeft(pid)
            }
            // Who is killed leaves children that only then become visible: after that nothing has to be found twice.
            if alive.isEmpty, !isUncertain, killed.isEmpty || pause > 1000 { break }
            pause = alive.isEmpty ? min(pause * 2, 50_000) : 1000
            killed.formUnion(alive)
            usleep(pause)
        }
        return killed.count
    }

    /// Kills the process when it is one of them; whether it was. Through a descriptor: between looking and killing the number could become another's.
    private func killIfLeft(_ pid: pid_t) -> Bool {
        let process = courier_pidfd_open(pid)
        guard process >= 0 else { return false }
        defer { close(process) }
        guard table.entry(pid)?.isZombie == false, origin(of: pid) == .marked, !(sparesDescendants && isOurs(pid)) else { return false }
        return courier_pidfd_send_signal(process, SIGKILL) == 0
    }

    /// `marked` when it is one of them; `executing` when that shows in a moment.
    private func origin(of pid: pid_t) -> ProcessTable.Origin {
        guard let environment = KernelFile.contents(of: "\(table.root)/\(pid)/environ") else { return .unmarked }
        if environment.isEmpty { return table.isExecuting(pid) ? .executing : .cleared }
        return entries.contains { courier_contains(environment, environment.count, $0, $0.count) != 0 } ? .marked : .unmarked
    }

    /// Whether this process, or a descendant of it, has started it.
    private func isOurs(_ pid: pid_t) -> Bool {
        var next = pid
        while next > 1, let entry = table.entry(next) {
            if entry.parent == getpid() { return true }
            next = entry.parent
        }
        return false
    }
}
