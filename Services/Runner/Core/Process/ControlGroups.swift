import CProcess
import Glibc
import Synchronization

/// The control groups (cgroup v2) in which processes get a share of the processors: each a group of its own beneath the runner's.
///
/// The kernel wants the processes of a group that has such groups beneath it to be in one of them too, so the runner moves into one itself when it
/// first makes one.
final class ControlGroups: Sendable {
    /// The group in which the runner was started.
    let base: String
    private let owner: String
    private let nextNumber = Atomic<Int>(1)

    /// Where the runner itself goes. With systemd 254 or later `DelegateSubgroup=courier-runner` puts it there at once.
    static let runnersName = "courier-runner"
    private static let prefix = "courier-step-"
    /// In which time a group's processes use up their share, in microseconds; the kernel's own default.
    private static let period = 100_000
    /// The least share the kernel takes, in microseconds.
    private static let leastQuota = 1000

    /// The groups of this process.
    ///
    /// - Throws: `ProcessStartError` that says why there can be none.
    convenience init() throws(ProcessStartError) {
        guard let mount = Self.mountPoint(in: KernelFile.lines(of: "/proc/self/mountinfo")) else {
            throw ProcessStartError("no cgroup v2 hierarchy is mounted here")
        }
        guard let own = KernelFile.lines(of: "/proc/self/cgroup").first(where: { $0.hasPrefix("0::") })?.dropFirst(3) else {
            throw ProcessStartError("this process is in no cgroup v2 group")
        }
        try self.init(base: Self.base(mount: mount, own: String(own)))
    }

    /// Groups beneath the group `base`, a path.
    ///
    /// - Throws: `ProcessStartError` that says why there can be none.
    init(base: String) throws(ProcessStartError) {
        self.base = base
        let controllers = KernelFile.words(of: "\(base)/cgroup.controllers")
        guard controllers.contains("cpu") else {
            let found = controllers.isEmpty ? "none" : controllers.joined(separator: ", ")
            throw ProcessStartError(
                "the runner's control group \(base) has no cpu controller, only \(found); "
                    + "delegate it (systemd: Delegate=cpu), or leave cgroup v1, which may have it instead")
        }
        for path in [base, "\(base)/cgroup.subtree_control"] where access(path, W_OK) != 0 {
            throw ProcessStartError("\(path): \(SystemError.last); the runner's control group must be its own (systemd: Delegate=cpu)")
        }
        let pid = getpid()
        owner = "\(pid)-\(ProcessTable().entry(pid)?.startTicks ?? 0)"
    }

    /// Where cgroup v2 is mounted. Each line of `mountinfo`: id parent device root mount-point options … - type source options.
    static func mountPoint(in mountinfo: [String]) -> String? {
        for line in mountinfo {
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, fields[dash + 1] == "cgroup2", dash > 4 else { continue }
            return String(fields[4])
        }
        return nil
    }

    /// The group that new ones are made in, when the runner is in `own`.
    static func base(mount: String, own: String) -> String {
        var parts = own.split(separator: "/")
        if parts.last == Substring(runnersName) { parts.removeLast() }
        return ([mount] + parts.map(String.init)).joined(separator: "/")
    }

    /// Makes a group whose processes may have `share` of the processors they may use: of `cores`, or of all the runner's when that is 0. Blocks.
    ///
    /// - Throws: `ProcessStartError` that says what the kernel refused.
    func make(share: Double, cores: Int) throws(ProcessStartError) -> ControlGroup {
        try delegate()
        let number = nextNumber.wrappingAdd(1, ordering: .relaxed).oldValue
        let group = try ControlGroup(making: "\(base)/\(Self.prefix)\(owner)-\(number)")
        let file = "\(group.path)/cpu.max"
        let error = KernelFile.write(Self.quota(share: share, cores: cores, available: Int(courier_processor_count())), to: file)
        guard error == 0 else {
            _ = group.end()
            throw Self.failure(file, error)
        }
        return group
    }

    /// What `cpu.max` is to say.
    static func quota(share: Double, cores: Int, available: Int) -> String {
        let processors = cores > 0 ? min(cores, available) : available
        return "\(max(Int((share * Double(processors * period)).rounded()), leastQuota)) \(period)"
    }

    /// Lets groups beneath the runner's have shares.
    private func delegate() throws(ProcessStartError) {
        let file = "\(base)/cgroup.subtree_control"
        if KernelFile.words(of: file).contains("cpu") { return }
        var error = KernelFile.write("+cpu", to: file)
        if error == EBUSY {
            let own = "\(base)/\(Self.runnersName)"
            guard mkdir(own, 0o755) == 0 || errno == EEXIST else { throw Self.failure(own, errno) }
            let moved = KernelFile.write("\(getpid())", to: "\(own)/cgroup.procs")
            guard moved == 0 else { throw Self.failure("\(own)/cgroup.procs", moved) }
            error = KernelFile.write("+cpu", to: file)
        }
        guard error == 0 else { throw Self.failure(file, error) }
    }

    private static func failure(_ path: String, _ error: Int32) -> ProcessStartError {
        ProcessStartError("no control group for a share of the processors: \(path): \(SystemError.text(error))")
    }

    /// Ends what is left in the groups of runners that are gone, and removes the groups. Blocks. Returns how many groups there were.
    @discardableResult
    static func sweep(_ base: String) -> Int {
        let table = ProcessTable()
        let abandoned = KernelFile.names(in: base).filter { name in
            let parts = name.dropFirst(prefix.count).split(separator: "-")
            guard name.hasPrefix(prefix), parts.count == 3, let pid = pid_t(parts[0]), let ticks = UInt64(parts[1]) else { return false }
            return table.entry(pid)?.startTicks != ticks
        }
        for name in abandoned { ControlGroup(path: "\(base)/\(name)").end() }
        return abandoned.count
    }

    /// The same for the groups beside those this process would make; nothing where it cannot make any.
    static func sweep() {
        if let groups = try? ControlGroups() { sweep(groups.base) }
    }
}

/// One control group and every process in it.
struct ControlGroup: Sendable {
    let path: String
    /// Its `cgroup.procs`, open for writing; -1 when it is only to be ended.
    let descriptor: Int32

    /// How long its processes get to die of SIGKILL; what takes longer hangs in the kernel.
    private static let patience = Duration.seconds(5)

    /// Makes the group.
    ///
    /// - Throws: `ProcessStartError` that says what the kernel refused.
    init(making path: String) throws(ProcessStartError) {
        guard mkdir(path, 0o755) == 0 else { throw ProcessStartError("the control group \(path) cannot be made: \(SystemError.last)") }
        descriptor = open("\(path)/cgroup.procs", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = SystemError.last
            rmdir(path)
            throw ProcessStartError("the control group \(path) takes no processes: \(reason)")
        }
        self.path = path
    }

    /// A group that exists, and is to be ended.
    init(path: String) {
        self.path = path
        descriptor = -1
    }

    /// Kills every process in it, wherever else it went, and removes it; what dies too late is left to the next start's sweep. Blocks. Returns how
    /// many there were.
    @discardableResult
    func end() -> Int {
        if descriptor >= 0 { close(descriptor) }
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        let count = processes.count
        var pause: UInt32 = 500
        while rmdir(path) != 0, errno == EBUSY, clock.now < deadline {
            for name in KernelFile.names(in: path) { Self.removeGroups(at: "\(path)/\(name)") }
            // Linux 5.14 kills a group as a whole; before that what is forked meanwhile is killed in the next round.
            if KernelFile.write("1", to: "\(path)/cgroup.kill") != 0 { for pid in processes { kill(pid, SIGKILL) } }
            usleep(pause)
            pause = min(pause * 2, 50_000)
        }
        return count
    }

    /// Removes a group that a process of ours has made, and those beneath it; nothing when the path is a file's.
    private static func removeGroups(at path: String) {
        guard rmdir(path) != 0, errno == EBUSY else { return }
        for name in KernelFile.names(in: path) { removeGroups(at: "\(path)/\(name)") }
        rmdir(path)
    }

    private var processes: [pid_t] { KernelFile.words(of: "\(path)/cgroup.procs").compactMap { pid_t($0) } }
}
