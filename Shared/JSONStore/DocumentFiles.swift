import Glibc
import Synchronization

/// The blocking side of `DocumentDirectory`: changes come from one thread, questions from another.
final class DocumentFiles: Sendable {
    private struct State {
        /// Sub-directories known to be there, and durable.
        var folders: Set<String> = []
        var failure: StoreError?
    }

    private let directory: String
    private let fileSystem: any FileSystem
    private let state = Mutex(State())

    /// Where documents are written before they get their place; longer than a sub-directory's name, so never one of them.
    private static let aside = "aside"

    init(_ directory: String, fileSystem: any FileSystem) throws(StoreError) {
        self.directory = directory
        self.fileSystem = fileSystem
        try fileSystem.makeDirectories("\(directory)/\(Self.aside)")
        _ = try fileSystem.makeDirectory(directory)
        for name in try fileSystem.names(in: "\(directory)/\(Self.aside)") { try fileSystem.remove("\(directory)/\(Self.aside)/\(name)") }
    }

    func write(_ documents: [DocumentDirectory.Document]) throws(StoreError) {
        try change { () throws(StoreError) in
            var folders: Set<String> = []
            for document in documents {
                let folder = try makeFolder(of: document.name)
                let aside = "\(directory)/\(Self.aside)/\(document.name)"
                try writeAside(aside, DocumentFile.content(name: document.name, bytes: document.bytes))
                try fileSystem.rename(aside, to: path(of: document.name))
                folders.insert(folder)
            }
            try sync(folders)
        }
    }

    func read(_ name: String) throws(StoreError) -> [UInt8]? {
        guard let file = try open(name) else { return nil }
        let content = try fileSystem.readFully(file, at: 0, count: fileSystem.size(of: file))
        return try DocumentFile.bytes(of: content, name: name, file: file.path)
    }

    func lines(of name: String, thread: BlockingThread) throws(StoreError) -> LineDocumentReader? {
        guard let file = try open(name) else { return nil }
        guard let table = try LineRanges.table(of: file, fileSystem: fileSystem) else {
            throw StoreError(
                .otherFormat, file: file.path, expected: "a document of lines with a table of them", found: "another one",
                advice: "read it as a whole")
        }
        return LineDocumentReader(file: file, table: table, fileSystem: fileSystem, thread: thread)
    }

    private func open(_ name: String) throws(StoreError) -> OpenFile? {
        do throws(StoreError) {
            return try fileSystem.open(path(of: name), .read)
        } catch {
            if error.systemError == ENOENT { return nil }
            throw error
        }
    }

    func names() throws(StoreError) -> [String] {
        var names: [String] = []
        for folder in try fileSystem.names(in: directory) where folder.utf8.count == 2 {
            for file in try fileSystem.names(in: "\(directory)/\(folder)") where file.hasSuffix(DocumentFile.suffix) {
                let name = String(file.dropLast(DocumentFile.suffix.count))
                if DocumentFile.path(of: name) == "\(folder)/\(file)", (try? DocumentFile.check(name: name)) != nil { names.append(name) }
            }
        }
        return names.sorted()
    }

    func remove(_ names: [String]) throws(StoreError) {
        try change { () throws(StoreError) in
            var folders: Set<String> = []
            for name in names {
                // Also when it is gone: the process that removed it may have ended before that was durable.
                folders.insert(try makeFolder(of: name))
                do throws(StoreError) {
                    try fileSystem.remove(path(of: name))
                } catch {
                    guard error.systemError == ENOENT else { throw error }
                }
            }
            try sync(folders)
        }
    }

    private func path(of name: String) -> String { "\(directory)/\(DocumentFile.path(of: name))" }

    /// Nothing is changed any more once a sync has failed: what is in the directory then is not known.
    private func change(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        do {
            try body()
        } catch {
            if error.isFinal { state.withLock { $0.failure = error } }
            throw error
        }
    }

    private func writeAside(_ path: String, _ content: [UInt8]) throws(StoreError) {
        do {
            let file = try fileSystem.open(path, .replace)
            try fileSystem.writeAll(content, to: file, at: 0)
            try final { () throws(StoreError) in try fileSystem.sync(file) }
        } catch {
            try? fileSystem.remove(path)
            throw error
        }
    }

    private func makeFolder(of name: String) throws(StoreError) -> String {
        let folder = String(name.prefix(2))
        guard !state.withLock({ $0.folders.contains(folder) }) else { return folder }
        _ = try fileSystem.makeDirectory("\(directory)/\(folder)")
        // Also when it was there: the process that made it may have ended before it was durable.
        try final { () throws(StoreError) in try fileSystem.syncDirectory(directory) }
        state.withLock { _ = $0.folders.insert(folder) }
        return folder
    }

    private func sync(_ folders: Set<String>) throws(StoreError) {
        for folder in folders.sorted() {
            try final { () throws(StoreError) in try fileSystem.syncDirectory("\(directory)/\(folder)") }
        }
    }

    private func final(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        do {
            try body()
        } catch {
            throw error.final
        }
    }
}
