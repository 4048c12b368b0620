import CProcess
import Glibc

/// What `/proc` says about the children of this process.
struct ProcessTable: Sendable {
    /// The parts of `/proc/<pid>/stat` that tell processes apart.
    struct Entry: Sendable, Hashable {
        var isZombie: Bool
        var group: pid_t
        var session: pid_t
    }

    /// Whose a process is, by the marker in its environment.
    enum Origin: Sendable, Hashable {
        /// It carries the marker that was asked for.
        case marked
        /// It carries the variable with another value.
        case markedOtherwise
        /// It has cleared its environment, or may not be looked at.
        case unmarked
    }

    /// The children of this process, orphaned descendants among them, because it is their subreaper.
    ///
    /// The kernel gives orphans to the first thread that lives. That is the main thread, whose list is therefore short and all there is to read,
    /// unless it has exited.
    func adopted() -> [pid_t] {
        if let children = children(ofThread: String(getpid())) { return children }
        return Self.names(in: "/proc/self/task").flatMap { children(ofThread: $0) ?? [] }
    }

    private func children(ofThread thread: String) -> [pid_t]? {
        guard let text = Self.contents(of: "/proc/self/task/\(thread)/children") else { return nil }
        return text.split(separator: UInt8(ascii: " ")).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
    }

    /// Every process on the machine.
    func all() -> [pid_t] {
        Self.names(in: "/proc").compactMap { pid_t($0) }
    }

    /// `nil` when there is no such process any more.
    func entry(_ pid: pid_t) -> Entry? {
        // pid (name) state ppid pgrp session …; the name may contain anything, so the last parenthesis ends it.
        guard let text = Self.contents(of: "/proc/\(pid)/stat"), let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[text.index(after: end)...].split(separator: UInt8(ascii: " "), maxSplits: 4).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard fields.count >= 4, let group = pid_t(fields[2]), let session = pid_t(fields[3]) else { return nil }
        return Entry(isZombie: fields[0] == "Z" || fields[0] == "X", group: group, session: session)
    }

    /// Whose `pid` is. `marker` is a whole entry, `NAME=value`.
    func origin(of pid: pid_t, marker: [UInt8]) -> Origin {
        guard let environment = Self.contents(of: "/proc/\(pid)/environ") else { return .unmarked }
        let name = marker.prefix { $0 != UInt8(ascii: "=") } + [UInt8(ascii: "=")]
        for variable in environment.split(separator: 0) where variable.starts(with: name) {
            return variable.elementsEqual(marker) ? .marked : .markedOtherwise
        }
        return .unmarked
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func contents(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var contents: [UInt8] = []
        while true {
            var count = 0
            let start = contents.count
            contents.append(contentsOf: repeatElement(0, count: 4096))
            contents.withUnsafeMutableBytes { buffer in
                count = read(file, buffer.baseAddress?.advanced(by: start), 4096)
            }
            contents.removeLast(4096 - max(count, 0))
            if count == 0 { return contents }
            if count < 0, errno != EINTR { return nil }
        }
    }
}
