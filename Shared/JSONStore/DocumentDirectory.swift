import Synchronization

/// Keeps documents, each in a file of its own with a checksum, for what is written once and seldom read: `<directory>/<ab>/<abcdef…>.jsonl`.
///
/// It takes no lock: it belongs to the service that holds the lock of its store. One process, one instance of this class.
public final class DocumentDirectory: Sendable {
    /// A named document.
    public struct Document: Sendable, Hashable {
        /// 2 to 128 of letters, digits, `.`, `-` and `_`, the first a letter or digit.
        public let name: String
        /// Any bytes; JSON, or JSON Lines, keeps the file readable with jq.
        public let bytes: [UInt8]

        /// Makes a document; its name is checked when it is written.
        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    private let core: DocumentFiles
    private let writing: BlockingThread
    /// Of its own, so that a question does not wait for the disk to take documents.
    private let reading: BlockingThread

    private init(_ core: DocumentFiles, writing: BlockingThread, reading: BlockingThread) {
        self.core = core
        self.writing = writing
        self.reading = reading
    }

    /// Opens the directory, which is made if need be (0700), and removes what was being written when a process ended.
    /// - Throws: `StoreError`.
    public static func open(_ directory: String) async throws -> DocumentDirectory {
        try await open(directory, fileSystem: PosixFileSystem())
    }

    static func open(_ directory: String, fileSystem: any FileSystem) async throws -> DocumentDirectory {
        let writing = try BlockingThread(name: "documents")
        let reading = try BlockingThread(name: "documents-read")
        return try await writing.run {
            DocumentDirectory(try DocumentFiles(directory, fileSystem: fileSystem), writing: writing, reading: reading)
        }
    }

    /// Writes the documents, in order, each in place of an earlier one of its name, and returns when all are durable; they share the
    /// directories' syncs. After a crash each is there whole, as it was before, or not at all.
    /// - Throws: `StoreError`; then any of them may have been written. After a failed sync (`isFinal`) every later change is refused.
    public nonisolated(nonsending) func write(_ documents: [Document]) async throws {
        for document in documents { try DocumentFile.check(name: document.name) }
        try await writing.run { [core] in try core.write(documents) }
    }

    /// Writes one document; see `write(_:)`.
    public nonisolated(nonsending) func write(_ name: String, _ bytes: [UInt8]) async throws {
        try await write([Document(name: name, bytes: bytes)])
    }

    /// The document's bytes exactly as written; nil when there is none of that name.
    /// - Throws: `StoreError`, with the code `damaged` if the file is not what was written.
    public nonisolated(nonsending) func read(_ name: String) async throws -> [UInt8]? {
        try DocumentFile.check(name: name)
        return try await reading.run { [core] in try core.read(name) }
    }

    /// Opens a document of lines (`LineDocument`) to read some of them; nil when there is no document of that name.
    /// - Throws: `StoreError`, with the code `otherFormat` for a document of another kind, or one whose last lines are damaged.
    public nonisolated(nonsending) func lines(of name: String) async throws -> LineDocumentReader? {
        try DocumentFile.check(name: name)
        return try await reading.run { [core, reading] in try core.lines(of: name, thread: reading) }
    }

    /// The names of all documents, sorted.
    /// - Throws: `StoreError`.
    public nonisolated(nonsending) func names() async throws -> [String] {
        try await reading.run { [core] in try core.names() }
    }

    /// Removes the documents; those that are not there are passed over. Durable when it returns.
    /// - Throws: `StoreError`; then any of them may have been removed.
    public nonisolated(nonsending) func remove(_ names: [String]) async throws {
        for name in names { try DocumentFile.check(name: name) }
        try await writing.run { [core] in try core.remove(names) }
    }

    /// Removes one document; see `remove(_:)`.
    public nonisolated(nonsending) func remove(_ name: String) async throws { try await remove([name]) }

    /// Lets what was called before end. Later calls throw `StoreError` with the code `closed`.
    public nonisolated(nonsending) func close() async {
        try? await writing.run {}
        try? await reading.run {}
        writing.stop()
        reading.stop()
    }
}
