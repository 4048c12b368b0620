import Testing

@testable import JSONStore

/// The drivers there are, each with a way to start again on what is stored.
enum Driver: CaseIterable, Sendable {
    case memory, simulated, real

    func make() async throws -> DriverUnderTest {
        switch self {
        case .memory: DriverUnderTest(store: InMemoryStore())
        case .simulated:
            DriverUnderTest(store: try await openStore(SimulatedFileSystem()))
        case .real:
            DriverUnderTest(directory: try TemporaryDirectory())
        }
    }
}

/// One store through several starts.
struct DriverUnderTest {
    private var current: (any StoreDriver)?
    private let directory: TemporaryDirectory?

    init(store: any StoreDriver) {
        current = store
        directory = nil
    }

    init(directory: TemporaryDirectory) { self.directory = directory }

    /// The store, not recovered; what an earlier one acknowledged is in it.
    nonisolated(nonsending) mutating func open(_ previous: (any StoreDriver)? = nil) async throws -> any StoreDriver {
        await previous?.close()
        switch previous {
        case nil:
            if let directory { return try await FileStore.open(directory.path + "/a/store", format: testFormat) }
            return try #require(current)
        case let memory as InMemoryStore: return memory.restarted()
        case let store as FileStore:
            return try await FileStore.open(store.directory, format: testFormat, fileSystem: store.fileSystem)
        default: throw StoreError.closed
        }
    }
}

@Suite struct ConformanceTests {
    @Test(arguments: Driver.allCases)
    func recoversWhatWasAppendedInOrder(driver: Driver) async throws {
        var test = try await driver.make()
        let first = try await test.open()
        let (empty, none) = try await first.contents()
        #expect(empty.isEmpty && none == Recovery())
        #expect(try await first.append([record("a"), record("b")]) == 2)
        #expect(try await first.append(record("c")) == 3)
        #expect(try await first.append([]) == 3)

        let second = try await test.open(first)
        var sequences: [UInt64] = []
        var records: [String] = []
        let recovery = try await second.recover {
            sequences.append($0.sequence)
            records.append(text($0.body))
        }
        #expect(sequences == [1, 2, 3])
        #expect(records == ["a", "b", "c"].map { text(record($0)) })
        #expect(recovery.journalRecords == 3 && recovery.snapshotRecords == 0 && recovery.lastSequence == 3)
        #expect(recovery.repaired == nil && recovery.migratedFrom == nil && recovery.removed == [])
        #expect(try await second.append(record("d")) == 4)
    }

    @Test(arguments: Driver.allCases)
    func aSnapshotStandsForAllBeforeIt(driver: Driver) async throws {
        var test = try await driver.make()
        let first = try await test.open()
        try await first.start()
        try await first.append([record(1), record(2), record(3)])
        #expect(try await first.snapshot([record("all"), record("three")]) == 3)
        #expect(first.usage.recordsSinceSnapshot == 0)
        try await first.append(record(4))
        #expect(first.usage.recordsSinceSnapshot == 1)

        let second = try await test.open(first)
        var found: [StoreRecord] = []
        let recovery = try await second.recover { found.append($0) }
        #expect(found.map { text($0.body) } == [record("all"), record("three"), record(4)].map(text))
        #expect(found.map(\.sequence) == [3, 3, 4])
        #expect(recovery.snapshotSequence == 3 && recovery.snapshotRecords == 2 && recovery.journalRecords == 1)
        #expect(second.usage.lastSequence == 4 && second.usage.snapshotSequence == 3)
        #expect(try await second.snapshot([]) == 4)

        let third = try await test.open(second)
        #expect(try await third.contents().records == [])
        #expect(try await third.append(record(5)) == 5)
        await third.close()
    }

    @Test(arguments: Driver.allCases)
    func anAbandonedSnapshotChangesNothing(driver: Driver) async throws {
        struct Abandoned: Error {}
        var test = try await driver.make()
        let first = try await test.open()
        try await first.start()
        try await first.append(record(1))
        await #expect(throws: Abandoned.self) {
            try await first.snapshot { emit in
                try emit(record("half"))
                throw Abandoned()
            }
        }
        let refusal = await storeError { try await first.snapshot([Array("1\n2".utf8)]) }
        #expect(refusal?.code == .invalidArgument)
        #expect(!first.usage.isWritingSnapshot && first.usage.recordsSinceSnapshot == 1)
        try await first.append(record(2))
        let second = try await test.open(first)
        #expect(try await second.contents().records == [record(1), record(2)].map(text))
    }

    @Test(arguments: Driver.allCases)
    func refusesWhatIsNoRecordAndWritesNothing(driver: Driver) async throws {
        var test = try await driver.make()
        let store = try await test.open()
        try await store.start()
        for bad in [[], Array("1\n".utf8), Array("\n".utf8)] as [[UInt8]] {
            let error = await storeError { try await store.append([record(1), bad]) }
            #expect(error?.code == .invalidArgument && error?.isFinal == false)
        }
        #expect(try await store.append(record(2)) == 1)
        #expect(try await test.open(store).contents().records == [text(record(2))])
    }

    @Test(arguments: Driver.allCases)
    func refusesCallsOutOfOrder(driver: Driver) async throws {
        var test = try await driver.make()
        let store = try await test.open()
        #expect(await storeError { try await store.append(record(1)) }?.code == .notRecovered)
        #expect(await storeError { try await store.snapshot([]) }?.code == .notRecovered)
        try await store.start()
        #expect(await storeError { try await store.start() }?.code == .alreadyRecovered)
        try await store.append(record(1))
        await store.close()
        #expect(await storeError { try await store.append(record(2)) }?.code == .closed)
        #expect(await storeError { try await store.snapshot([]) }?.code == .closed)
        #expect(await storeError { try await store.start() }?.code == .closed)
        await store.close()
    }

    @Test(arguments: Driver.allCases)
    func aRefusedRecordIsNamedAndEndsTheRecovery(driver: Driver) async throws {
        struct Unknown: Error {}
        var test = try await driver.make()
        let first = try await test.open()
        try await first.start()
        try await first.append([record(1), record(2)])
        let second = try await test.open(first)
        let error = await storeError {
            _ = try await second.recover { if $0.sequence == 2 { throw Unknown() } }
        }
        #expect(error?.code == .recordRefused && error?.cause is Unknown && error?.line != nil && error?.file != nil)
        #expect(await storeError { try await second.append(record(3)) } != nil)
        #expect(try await test.open(second).contents().records == [record(1), record(2)].map(text))
    }

    @Test(arguments: Driver.allCases)
    func orderIsTheOrderOfCallsOfAnActor(driver: Driver) async throws {
        var test = try await driver.make()
        let store = try await test.open()
        let service = Service(store)
        try await service.start()
        await withTaskGroup { group in
            for caller in 0..<8 {
                group.addTask {
                    for index in 0..<20 { try? await service.add([caller * 20 + index]) }
                    if caller == 3 { try? await service.snapshot() }
                }
            }
        }
        #expect(await service.acknowledged.count == 160)
        let records = try await test.open(store).contents().records
        #expect(await records == service.submitted.map { text(record($0)) })
    }
}

/// A service as they all are: its state is the fold of its records, and it appends from its own isolation.
actor Service {
    private let store: any StoreDriver
    private let make: @Sendable (Int) -> [UInt8]
    /// In the order of the calls.
    private(set) var submitted: [Int] = []
    private(set) var acknowledged: Set<Int> = []
    private(set) var failures: [StoreError] = []

    init(_ store: any StoreDriver, make: @escaping @Sendable (Int) -> [UInt8] = { record($0) }) {
        self.store = store
        self.make = make
    }

    func start() async throws {
        _ = try await store.recover { record in
            if let number = number(record.body) { submitted.append(number) }
        }
    }

    func add(_ numbers: [Int]) async throws {
        submitted += numbers
        do {
            try await store.append(numbers.map(make))
            acknowledged.formUnion(numbers)
        } catch let error as StoreError {
            failures.append(error)
            throw error
        }
    }

    func snapshot() async throws {
        try await store.snapshot { [submitted, make] emit in
            for number in submitted { try emit(make(number)) }
        }
    }
}
