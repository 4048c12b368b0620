import Synchronization

/// A store in a directory of its own: `lock`, `snapshot-<sequence>.jsonl` and `journal-<first sequence>.jsonl`, JSON Lines with a checksum
/// in every line, readable with jq.
public final class FileStore: StoreDriver {
    let directory: String
    let format: StoreFormat
    let options: StoreOptions
    let fileSystem: any FileSystem
    let queue: AppendQueue
    /// Appends to the journal.
    let thread: BlockingThread
    /// Writes snapshots.
    let background: BlockingThread
    private let lock: Mutex<DirectoryLock?>

    private init(
        directory: String, format: StoreFormat, options: StoreOptions, fileSystem: any FileSystem, thread: BlockingThread,
        background: BlockingThread, lock: sending DirectoryLock
    ) {
        self.directory = directory
        self.format = format
        self.options = options
        self.fileSystem = fileSystem
        self.thread = thread
        self.background = background
        self.lock = Mutex(lock)
        queue = AppendQueue(thread: thread)
    }

    /// Opens the store in `directory`, which is made if need be (0700), and waits for the exclusive lock.
    ///
    /// - Parameter standby: Called once, on a thread of the store's, if another process has the lock, with what it says about itself;
    ///   this call then returns when that process has ended or closed its store.
    /// - Throws: `StoreError`; `CancellationError` if the task is cancelled while it waits.
    public static func open(
        _ directory: String, format: StoreFormat, options: StoreOptions = StoreOptions(),
        standby: @escaping @Sendable (_ holder: String) -> Void = { _ in }
    ) async throws -> FileStore {
        try await open(directory, format: format, options: options, fileSystem: PosixFileSystem(), standby: standby)
    }

    static func open(
        _ directory: String, format: StoreFormat, options: StoreOptions = StoreOptions(), fileSystem: any FileSystem,
        standby: @escaping @Sendable (_ holder: String) -> Void = { _ in }
    ) async throws -> FileStore {
        try format.check()
        try options.check()
        let thread = try BlockingThread(name: "journal")
        let background = try BlockingThread(name: "snapshot")
        let wait = DirectoryLock.Wait()
        return try await withTaskCancellationHandler {
            try await thread.run {
                try fileSystem.makeDirectories(directory)
                let lock = try DirectoryLock(
                    directory, owner: format.name, interval: options.standbyInterval, wait: wait, fileSystem: fileSystem, standby: standby)
                return FileStore(
                    directory: directory, format: format, options: options, fileSystem: fileSystem, thread: thread, background: background,
                    lock: lock)
            }
        } onCancel: {
            wait.cancel()
        }
    }

    /// Sizes and counts as of now.
    public var usage: StoreUsage { queue.usage }

    /// See `StoreDriver`.
    @discardableResult
    public nonisolated(nonsending) func append(_ records: [[UInt8]]) async throws -> UInt64 {
        for record in records { try RecordRules.check(record) }
        return try await withCheckedThrowingContinuation { queue.append(records, $0) }
    }

    /// See `StoreDriver`. A snapshot that fails leaves the store as it was, unless it was a sync that failed (`StoreError.isFinal`).
    @discardableResult
    public nonisolated(nonsending) func snapshot(
        writing write: @escaping @Sendable (_ emit: (_ record: [UInt8]) throws -> Void) throws -> Void
    ) async throws -> UInt64 {
        let covered = try await withCheckedThrowingContinuation { queue.beginSnapshot($0) }
        return try await background.run { [self] in
            defer { queue.endSnapshot() }
            do {
                try writeSnapshot(covering: covered, write)
            } catch let error as StoreError where error.isFinal {
                queue.fail(error)
                throw error
            }
            return covered
        }
    }

    /// See `StoreDriver`. A snapshot that is being written is ended first.
    public nonisolated(nonsending) func close() async {
        await queue.close()
        try? await background.run {}
        background.stop()
        thread.stop()
        lock.withLock { $0 = nil }
    }

    /// The order matters: the old files go only when the new one is durable under its name.
    private func writeSnapshot(
        covering sequence: UInt64, _ write: (_ emit: (_ record: [UInt8]) throws -> Void) throws -> Void
    ) throws {
        guard sequence >= usage.snapshotSequence else { return }
        var writer = try SnapshotWriter(covering: sequence, in: directory, format: format, fileSystem: fileSystem)
        do {
            try write { try writer.add($0) }
            try writer.seal()
            try writer.publish()
        } catch {
            writer.discard()
            throw error
        }
        queue.didSnapshot(covering: sequence, bytes: writer.size)
        try removeFiles(supersededBy: sequence)
    }

    func removeFiles(supersededBy sequence: UInt64) throws(StoreError) {
        let files = StoreFiles(names: try fileSystem.names(in: directory))
        for name in files.superseded(by: sequence) { try fileSystem.remove("\(directory)/\(name)") }
    }
}
