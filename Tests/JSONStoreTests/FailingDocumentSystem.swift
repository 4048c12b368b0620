import Synchronization

@testable import JSONStore

/// Which call fails, counted from 0 among those of its kind from when it is armed.
struct DocumentFault: Sendable {
    enum Calls: Sendable { case change, sync, write }

    var at: Int
    var code: Int32
    var calls = Calls.change
    /// Whether every later change fails too, as after the end of a process.
    var isForEver = false
}

/// The operating system's file system, with a record of what was changed and one fault.
final class FailingDocumentSystem: FileSystem {
    private struct State {
        var fault: DocumentFault?
        var count = 0
        var hasFailed = false
        var changes: [String] = []
    }

    private let system = PosixFileSystem()
    private let state: Mutex<State>

    init(_ fault: DocumentFault? = nil) { state = Mutex(State(fault: fault)) }

    /// What was asked for, in order, such as `sync <path>`; calls that failed included.
    var changes: [String] { state.withLock { $0.changes } }
    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    func arm(_ fault: DocumentFault) {
        state.withLock {
            $0.fault = fault
            $0.count = 0
            $0.hasFailed = false
        }
    }

    private func change(_ operation: StaticString, _ path: String, _ calls: DocumentFault.Calls = .change) throws(StoreError) {
        let code = state.withLock { state -> Int32? in
            state.changes.append("\(operation) \(path)")
            guard let fault = state.fault, fault.calls == .change || fault.calls == calls else { return nil }
            defer { state.count += 1 }
            guard state.count == fault.at || (fault.isForEver && state.hasFailed) else { return nil }
            state.hasFailed = true
            return fault.code
        }
        if let code { throw SystemError.failure(operation, path, code) }
    }

    func open(_ path: String, _ mode: OpenMode) throws(StoreError) -> OpenFile {
        if mode == .replace { try change("open", path) }
        return try system.open(path, mode)
    }

    func size(of file: OpenFile) throws(StoreError) -> Int { try system.size(of: file) }

    func read(_ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int {
        try system.read(file, into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int) throws(StoreError) -> Int {
        try change("write", file.path, .write)
        return try system.write(bytes, to: file, at: offset)
    }

    func reserve(_ file: OpenFile, from offset: Int, count: Int) throws(StoreError) {
        try change("reserve", file.path)
        try system.reserve(file, from: offset, count: count)
    }

    func truncate(_ file: OpenFile, to size: Int) throws(StoreError) {
        try change("truncate", file.path)
        try system.truncate(file, to: size)
    }

    func sync(_ file: OpenFile) throws(StoreError) {
        try change("sync", file.path, .sync)
        try system.sync(file)
    }

    func syncDirectory(_ path: String) throws(StoreError) {
        try change("syncDirectory", path, .sync)
        try system.syncDirectory(path)
    }

    func rename(_ path: String, to newPath: String) throws(StoreError) {
        try change("rename", newPath)
        try system.rename(path, to: newPath)
    }

    func remove(_ path: String) throws(StoreError) {
        try change("remove", path)
        try system.remove(path)
    }

    func names(in directory: String) throws(StoreError) -> [String] { try system.names(in: directory) }

    func makeDirectory(_ path: String) throws(StoreError) -> Bool {
        try change("makeDirectory", path)
        return try system.makeDirectory(path)
    }

    func tryLock(_ file: OpenFile) throws(StoreError) -> Bool { try system.tryLock(file) }

    func isCurrent(_ file: OpenFile) throws(StoreError) -> Bool { try system.isCurrent(file) }
}
