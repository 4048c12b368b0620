import Glibc
import Synchronization

@testable import JSONStore

/// A file system in memory that knows what is durable: it can fail any call, count the calls, and lose what was not synced.
final class SimulatedFileSystem: FileSystem {
    enum Operation: Hashable, Sendable {
        case open, size, read, write, reserve, truncate, sync, syncDirectory, rename, remove, names, makeDirectory, tryLock, isCurrent
    }

    enum Fault: Sendable, Hashable {
        /// This call fails; a write first takes half of its bytes.
        case error(Int32)
        /// A write takes only part of its bytes; other calls go well.
        case short
        /// The machine stops before this call: nothing happens any more.
        case stop
    }

    /// What is left after the machine stopped.
    enum Crash: Sendable, Hashable {
        /// Everything, as after a killed process.
        case everything
        /// Only what was synced.
        case synced
        /// What was synced, and by chance some of the rest: the directory's changes up to a point, any blocks of a file.
        case some(seed: UInt64)
    }

    private let state: Mutex<State>
    private let fault: @Sendable (Int, Operation) -> Fault?
    /// Called before a sync of a file does anything; may block.
    private let beforeSync: @Sendable () -> Void

    init(fault: @escaping @Sendable (Int, Operation) -> Fault? = { _, _ in nil }, beforeSync: @escaping @Sendable () -> Void = {}) {
        state = Mutex(State())
        self.fault = fault
        self.beforeSync = beforeSync
    }

    private init(_ disk: State, fault: @escaping @Sendable (Int, Operation) -> Fault?) {
        state = Mutex(disk)
        self.fault = fault
        beforeSync = {}
    }

    // MARK: For tests

    /// The disk as the next start of the machine (or of the process, with `.everything`) finds it.
    func restarted(_ crash: Crash, fault: @escaping @Sendable (Int, Operation) -> Fault? = { _, _ in nil }) -> SimulatedFileSystem {
        SimulatedFileSystem(state.withLock { $0.survivor(of: crash) }, fault: fault)
    }

    /// How many calls were made.
    var calls: Int { state.withLock { $0.calls } }

    func count(_ operation: Operation) -> Int { state.withLock { $0.counts[operation] ?? 0 } }

    /// All files, by path.
    var files: [String: [UInt8]] {
        get { state.withLock { state in state.entries.compactMapValues { state.nodes[$0]?.content } } }
        set {
            state.withLock { state in
                state.entries = [:]
                for (path, content) in newValue { state.entries[path] = state.makeNode(content) }
                state.durableEntries = state.entries
            }
        }
    }

    // MARK: FileSystem

    func open(_ path: String, _ mode: OpenMode) throws(StoreError) -> OpenFile {
        let descriptor = try perform(.open, path) { state throws(StoreError) in
            if state.entries[path] == nil {
                guard mode == .replace || mode == .lock else { throw SystemError.failure("open", path, ENOENT) }
                guard state.directories.contains(Self.parent(path)) else { throw SystemError.failure("open", path, ENOENT) }
                state.change(.link(path, state.makeNode()), in: Self.parent(path))
            }
            return state.openFile(path, emptied: mode == .replace)
        }
        return OpenFile(descriptor: descriptor, path: path) { [weak self] descriptor in
            self?.state.withLock { _ = $0.descriptors.removeValue(forKey: descriptor) }
        }
    }

    func size(of file: OpenFile) throws(StoreError) -> Int {
        try perform(.size, file.path) { state throws(StoreError) in state.content(file).count }
    }

    func read(_ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int {
        let limit = buffer.count
        let bytes = try perform(.read, file.path) { state throws(StoreError) in Array(state.content(file).dropFirst(offset).prefix(limit)) }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int) throws(StoreError) -> Int {
        let all = Array(bytes)
        let part = Array(all.prefix(max(1, all.count / 2)))
        let write: @Sendable (inout State, [UInt8]) -> Int = { state, bytes in
            state.change(file, .write(offset, bytes))
            return bytes.count
        }
        return try perform(.write, file.path, short: { write(&$0, part) }, { state throws(StoreError) in write(&state, all) })
    }

    func reserve(_ file: OpenFile, from offset: Int, count: Int) throws(StoreError) {
        try perform(.reserve, file.path) { _ throws(StoreError) in }
    }

    func truncate(_ file: OpenFile, to size: Int) throws(StoreError) {
        try perform(.truncate, file.path) { state throws(StoreError) in state.change(file, .truncate(size)) }
    }

    func sync(_ file: OpenFile) throws(StoreError) {
        beforeSync()
        do {
            try perform(.sync, file.path) { state throws(StoreError) in state.settle(file, isDurable: true) }
        } catch {
            // As Linux does: what could not be written counts as written from now on.
            state.withLock { if !$0.isStopped { $0.settle(file, isDurable: false) } }
            throw error
        }
    }

    func syncDirectory(_ path: String) throws(StoreError) {
        try perform(.syncDirectory, path) { state throws(StoreError) in state.settle(directory: path) }
    }

    func rename(_ path: String, to newPath: String) throws(StoreError) {
        try perform(.rename, path) { state throws(StoreError) in
            guard let node = state.entries[path] else { throw SystemError.failure("rename", path, ENOENT) }
            state.change(.rename(path, newPath, node), in: Self.parent(newPath))
        }
    }

    func remove(_ path: String) throws(StoreError) {
        try perform(.remove, path) { state throws(StoreError) in
            guard state.entries[path] != nil else { throw SystemError.failure("unlink", path, ENOENT) }
            state.change(.unlink(path), in: Self.parent(path))
        }
    }

    func names(in directory: String) throws(StoreError) -> [String] {
        try perform(.names, directory) { state throws(StoreError) in
            guard state.directories.contains(directory) else { throw SystemError.failure("opendir", directory, ENOENT) }
            let paths = Array(state.entries.keys) + Array(state.directories)
            return paths.filter { Self.parent($0) == directory && $0 != directory }.map { String($0.dropFirst(directory.utf8.count + 1)) }
        }
    }

    func makeDirectory(_ path: String) throws(StoreError) -> Bool {
        try perform(.makeDirectory, path) { state throws(StoreError) in
            if state.directories.contains(path) { return false }
            guard state.directories.contains(Self.parent(path)) else { throw SystemError.failure("mkdir", path, ENOENT) }
            state.change(.makeDirectory(path), in: Self.parent(path))
            return true
        }
    }

    func tryLock(_ file: OpenFile) throws(StoreError) -> Bool {
        try perform(.tryLock, file.path) { state throws(StoreError) in state.lock(file) }
    }

    func isCurrent(_ file: OpenFile) throws(StoreError) -> Bool {
        try perform(.isCurrent, file.path) { state throws(StoreError) in state.isCurrent(file) }
    }

    private func perform<Value: Sendable>(
        _ operation: Operation, _ path: String, short: (@Sendable (inout State) -> Value)? = nil,
        _ body: @Sendable (inout State) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try state.withLock { state throws(StoreError) -> Value in
            guard !state.isStopped else { throw SystemError.failure("a call", path, EIO) }
            let index = state.calls
            state.calls += 1
            state.counts[operation, default: 0] += 1
            switch fault(index, operation) {
            case .error(let code):
                _ = short?(&state)
                throw SystemError.failure("a call", path, code)
            case .stop:
                state.isStopped = true
                throw SystemError.failure("a call", path, EIO)
            case .short:
                if let short { return short(&state) }
                return try body(&state)
            case nil:
                return try body(&state)
            }
        }
    }

    static func parent(_ path: String) -> String {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        return path.hasPrefix("/") ? "/" + parent : parent.isEmpty ? "." : parent
    }
}
