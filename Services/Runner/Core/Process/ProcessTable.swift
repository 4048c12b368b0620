import CProcess
import Glibc

/// What `/proc` says about the children of this process.
struct ProcessTable: Sendable {
    /// Where `/proc` is.
    var root = "/proc"

    /// The parts of `/proc/<pid>/stat` that tell processes apart.
    struct Entry: Sendable, Hashable {
        var isZombie: Bool
        var parent: pid_t
        var group: pid_t
        var session: pid_t
        /// When it was started, in the kernel's ticks since the machine was: with its number that is nobody else's.
        var startTicks: UInt64
    }

    /// Whose a process is, by the marker in its environment.
    enum Origin: Sendable, Hashable {
        /// It carries the marker that was asked for.
        case marked
        /// It carries the variable with another value.
        case markedOtherwise
        /// It does not carry the variable, or may not be looked at.
        case unmarked
        /// It has no environment.
        case cleared
        /// It is in the middle of an exec, and shows in a moment whose it is.
        case executing
    }

    /// The children of this process, orphaned descendants among them, because it is their subreaper.
    ///
    /// The kernel gives orphans to the first thread that lives. That is the main thread, whose list is therefore short and all there is to read,
    /// unless it has exited.
    func adopted() -> [pid_t] {
        // While a child goes, the kernel may leave out the one behind it: the list is read until it has nothing new to say.
        var known: Set<pid_t> = []
        while true {
            let count = known.count
            known.formUnion(children(ofThread: String(getpid())) ?? children())
            if known.count == count { return known.sorted() }
        }
    }

    /// The children of every thread of this process: those it has started, and those it was given.
    func children() -> [pid_t] {
        KernelFile.names(in: "\(root)/self/task").flatMap { children(ofThread: $0) ?? [] }
    }

    private func children(ofThread thread: String) -> [pid_t]? {
        guard let text = KernelFile.contents(of: "\(root)/self/task/\(thread)/children") else { return nil }
        return text.split(separator: UInt8(ascii: " ")).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
    }

    /// Every process on the machine.
    func all() -> [pid_t] {
        KernelFile.names(in: root).compactMap { pid_t($0) }
    }

    /// `nil` when there is no such process any more.
    func entry(_ pid: pid_t) -> Entry? {
        // pid (name) state ppid pgrp session … starttime, the 22nd.
        guard let fields = fields(of: pid, upTo: 22), let parent = pid_t(fields[1]), let group = pid_t(fields[2]),
            let session = pid_t(fields[3]), let startTicks = UInt64(fields[19])
        else { return nil }
        return Entry(
            isZombie: fields[0] == "Z" || fields[0] == "X", parent: parent, group: group, session: session, startTicks: startTicks)
    }

    /// The fields of `/proc/<pid>/stat` from the third to the one with this number. The name before them may contain anything, so the last
    /// parenthesis ends it.
    private func fields(of pid: pid_t, upTo last: Int) -> [String]? {
        guard let text = KernelFile.contents(of: "\(root)/\(pid)/stat"), let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[text.index(after: end)...].split(separator: UInt8(ascii: " "), maxSplits: last - 2)
        return fields.count >= last - 2 ? fields.map { String(decoding: $0, as: UTF8.self) } : nil
    }

    /// Whether a process that shows no environment is in the middle of an exec: its new memory does not say yet where the environment ends
    /// (the 51st field of `stat`). That is so of the kernel's own threads for good (`PF_KTHREAD` in the 9th).
    func isExecuting(_ pid: pid_t) -> Bool {
        guard let fields = fields(of: pid, upTo: 51), let flags = UInt64(fields[6]) else { return false }
        return fields[0] != "Z" && fields[0] != "X" && flags & 0x0020_0000 == 0 && fields[48] == "0"
    }

    /// Whose `pid` is. `marker` is a whole entry, `NAME=value`.
    func origin(of pid: pid_t, marker: [UInt8]) -> Origin {
        guard let environment = KernelFile.contents(of: "\(root)/\(pid)/environ") else { return .unmarked }
        if environment.isEmpty { return isExecuting(pid) ? .executing : .cleared }
        let name = marker.prefix { $0 != UInt8(ascii: "=") } + [UInt8(ascii: "=")]
        for variable in environment.split(separator: 0) where variable.starts(with: name) {
            return variable.elementsEqual(marker) ? .marked : .markedOtherwise
        }
        return .unmarked
    }
}
