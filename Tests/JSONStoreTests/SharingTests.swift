import Glibc
import Testing

@testable import JSONStore

/// Several processes at one directory, and several callers of one store.
@Suite(.timeLimit(.minutes(1)))
struct SharingTests {
    enum Place: CaseIterable, Sendable { case simulated, real }

    private func open(
        _ directory: String, _ files: any FileSystem, standby: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> FileStore {
        let options = StoreOptions(standbyInterval: .milliseconds(1))
        return try await FileStore.open(directory, format: testFormat, options: options, fileSystem: files, standby: standby)
    }

    @Test(arguments: Place.allCases)
    func aSecondOpenerWaitsAndTakesOver(place: Place) async throws {
        let temporary = try TemporaryDirectory()
        let directory = place == .real ? temporary.path + "/store" : "/store"
        let files: any FileSystem = place == .real ? PosixFileSystem() : SimulatedFileSystem()
        let first = try await open(directory, files)
        try await first.start()
        try await first.append(record(1))
        let (reports, reported) = AsyncStream.makeStream(of: String.self)
        let waiting = Task { try await open(directory, files) { reported.yield($0) } }
        var report = reports.makeAsyncIterator()
        #expect(await report.next() == "{\"process\":\(getpid()),\"format\":\"courier.test\"}")
        try await first.append(record(2))
        await first.close()
        let second = try await waiting.value
        #expect(try await second.contents().records == [text(record(1)), text(record(2))])
        #expect(try await second.append(record(3)) == 3)
        await second.close()
        reported.finish()
        #expect(await report.next() == nil, "the standby is reported once")
    }

    @Test func aWaitThatIsCancelledEnds() async throws {
        let files = SimulatedFileSystem()
        let first = try await open("/store", files)
        let (reports, reported) = AsyncStream.makeStream(of: String.self)
        let waiting = Task { try await open("/store", files) { reported.yield($0) } }
        var report = reports.makeAsyncIterator()
        _ = await report.next()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await first.start()
        #expect(try await first.append(record(1)) == 1)
        await first.close()
    }

    @Test func callersThatWaitTogetherShareOneSync() async throws {
        let gate = Gate()
        let files = SimulatedFileSystem(beforeSync: { gate.pass() })
        let store = try await open("/store", files)
        try await store.start()
        let callers = Callers(store)
        let before = (syncs: files.count(.sync), commits: store.usage.commits)
        gate.close()
        async let first: Void = callers.append(1)
        await gate.arrival()
        // The first is on its way to the disk; a hundred more gather behind it.
        async let rest: Void = withThrowingTaskGroup { group in
            for number in 2...101 { group.addTask { try await callers.append(number) } }
            try await group.waitForAll()
        }
        await callers.arrival(of: 101)
        gate.open()
        try await first
        try await rest
        #expect(files.count(.sync) - before.syncs == 2)
        #expect(store.usage.commits - before.commits == 2 && store.usage.lastSequence == 101)
        await store.close()
    }

    /// An append has its place in the journal before its caller's actor does anything else.
    private actor Callers {
        private let store: FileStore
        private var count = 0
        private var waiter: (count: Int, continuation: CheckedContinuation<Void, Never>)?

        init(_ store: FileStore) { self.store = store }

        func append(_ number: Int) async throws {
            count += 1
            if let waiter, waiter.count == count {
                self.waiter = nil
                waiter.continuation.resume()
            }
            try await store.append(record(number))
        }

        func arrival(of wanted: Int) async {
            guard count < wanted else { return }
            await withCheckedContinuation { waiter = (wanted, $0) }
        }
    }

    @Test func onlyTheOwnerMayReadWhatIsStored() async throws {
        let temporary = try TemporaryDirectory()
        let directory = temporary.path + "/a/store"
        #expect(mkdir(temporary.path + "/a", 0o777) == 0 && mkdir(directory, 0o777) == 0)
        let store = try await FileStore.open(directory, format: testFormat, options: StoreOptions(segmentBytes: 100))
        try await store.start()
        for number in 1...3 { try await store.append(record(number)) }
        try await store.snapshot([record("all")])
        try await store.append(record(4))
        await store.close()
        #expect(try mode(directory) == 0o700)
        let names = try PosixFileSystem().names(in: directory)
        #expect(names.count >= 3 && names.contains("lock") && names.contains { $0.contains("snapshot") })
        for name in names { #expect(try mode("\(directory)/\(name)") == 0o600, "\(name)") }
        let made = try await FileStore.open(temporary.path + "/b/c", format: testFormat)
        await made.close()
        #expect(try mode(temporary.path + "/b") == 0o700)
        #expect(try mode(temporary.path + "/b/c") == 0o700)
    }

    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw SystemError.failure("lstat", path) }
        return status.st_mode & 0o777
    }
}
