import Glibc
import Synchronization

@testable import JSONStore

let testFormat = StoreFormat(name: "courier.test", version: 1)

func record(_ text: String) -> [UInt8] { Array("{\"v\":\"\(text)\"}".utf8) }

func record(_ number: Int) -> [UInt8] { record("\(number)") }

func text(_ record: [UInt8]) -> String { String(decoding: record, as: UTF8.self) }

/// The numbers of `record(_:)`s.
func number(_ record: [UInt8]) -> Int? { Int(text(record).dropFirst(6).dropLast(2)) }

extension StoreDriver {
    /// What recovery yields, as texts.
    nonisolated(nonsending) func contents() async throws -> (records: [String], recovery: Recovery) {
        var records: [String] = []
        let recovery = try await recover { records.append(text($0.body)) }
        return (records, recovery)
    }

    /// Recovers a store whose contents do not matter.
    nonisolated(nonsending) func start() async throws { _ = try await recover { _ in } }
}

/// Opens a store in the simulated file system's `/store`.
func openStore(
    _ files: SimulatedFileSystem, format: StoreFormat = testFormat, options: StoreOptions = StoreOptions(standbyInterval: .milliseconds(1))
) async throws -> FileStore {
    try await FileStore.open("/store", format: format, options: options, fileSystem: files)
}

/// Awaits what throws a `StoreError`, and returns it.
func storeError(_ body: () async throws -> Void) async -> StoreError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? StoreError
    }
}

/// A directory of its own on the real file system, removed with its owner.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/courier-store-XXXXXX".utf8CString)
        guard let path = mkdtemp(&template) else { throw SystemError.failure("mkdtemp", "/tmp") }
        self.path = String(cString: path)
    }

    deinit {
        var waiting = [path]
        var directories: [String] = []
        while let next = waiting.popLast() {
            guard let names = try? PosixFileSystem().names(in: next) else {
                unlink(next)
                continue
            }
            directories.append(next)
            waiting += names.map { "\(next)/\($0)" }
        }
        for directory in directories.reversed() { rmdir(directory) }
    }
}

/// Holds threads until it is opened, and lets a test await that one has come.
final class Gate: Sendable {
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    private let isOpen = Mutex(true)
    private let wake = Semaphore()

    init() { (arrivals, arrived) = AsyncStream.makeStream() }

    func close() { isOpen.withLock { $0 = false } }

    func open() {
        isOpen.withLock { $0 = true }
        wake.signal()
    }

    /// On the thread to be held.
    func pass() {
        guard !isOpen.withLock({ $0 }) else { return }
        arrived.yield()
        while !isOpen.withLock({ $0 }) { wake.wait() }
    }

    func arrival() async {
        var iterator = arrivals.makeAsyncIterator()
        _ = await iterator.next()
    }
}
