import Glibc
import Synchronization

/// The exclusive lock of a store's directory: its holder is the one writer, and it is free again when that process ends, however it does.
struct DirectoryLock {
    private let file: OpenFile

    /// Lets another thread end the wait for the lock.
    final class Wait: Sendable {
        private let isCancelled = Mutex(false)
        private let wake = Semaphore()

        func cancel() {
            isCancelled.withLock { $0 = true }
            wake.signal()
        }

        fileprivate func pause(_ interval: Duration) throws {
            try check()
            wake.wait(atMost: interval)
            try check()
        }

        fileprivate func check() throws {
            if isCancelled.withLock({ $0 }) { throw CancellationError() }
        }
    }

    /// Blocks until the lock is held. `standby` is called once if another process has it, with what that wrote about itself.
    init(
        _ directory: String, owner: String, interval: Duration, wait: Wait, fileSystem: any FileSystem, standby: (_ holder: String) -> Void
    ) throws {
        let path = "\(directory)/\(StoreFiles.lockName)"
        var isReported = false
        while true {
            try wait.check()
            let file = try fileSystem.open(path, .lock)
            // A file that was removed meanwhile locks nothing out.
            if try fileSystem.tryLock(file) {
                guard try fileSystem.isCurrent(file) else { continue }
                self.file = file
                // Only for whoever looks; the lock is held all the same.
                try? sign(owner: owner, fileSystem: fileSystem)
                return
            }
            if !isReported {
                isReported = true
                standby(Self.holder(file, fileSystem: fileSystem))
            }
            try wait.pause(interval)
        }
    }

    /// Says in the file who holds the lock. It need not be durable: the lock itself ends with the machine.
    private func sign(owner: String, fileSystem: any FileSystem) throws(StoreError) {
        let line = Array("{\"process\":\(getpid()),\"format\":\"\(owner)\"}\n".utf8)
        try fileSystem.truncate(file, to: 0)
        try fileSystem.writeAll(line, to: file, at: 0)
    }

    private static func holder(_ file: OpenFile, fileSystem: any FileSystem) -> String {
        let text = (try? fileSystem.readFully(file, at: 0, count: 256)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

extension FileSystem {
    /// Makes the directory and those above it that are missing; durable. Only the last one's permissions are seen to if it exists.
    func makeDirectories(_ path: String) throws(StoreError) {
        let parent = Self.parent(of: path)
        do {
            _ = try makeDirectory(path)
        } catch {
            guard error.systemError == ENOENT, parent != path else { throw error }
            try makeDirectories(parent)
            _ = try makeDirectory(path)
        }
        // Also when it was there: the process that made it may have ended before it was durable.
        try syncDirectory(parent)
    }

    private static func parent(of path: String) -> String {
        let components = path.split(separator: "/")
        let parent = components.dropLast().joined(separator: "/")
        if path.hasPrefix("/") { return "/" + parent }
        return parent.isEmpty ? "." : parent
    }
}
