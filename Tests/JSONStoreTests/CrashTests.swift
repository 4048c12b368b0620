import Glibc
import Synchronization
import Testing

@testable import JSONStore

/// A store under load, with snapshots and several journal files, whose file system fails or stops at one call after another.
struct CrashTests {
    private static let isLong = getenv("COURIER_LONG") != nil

    /// Records long enough that a write covers several blocks.
    private static let make: @Sendable (Int) -> [UInt8] = { number in
        Array("{\"v\":\"\(number)\"}".utf8) + [UInt8](repeating: UInt8(ascii: " "), count: number % 7 * 60)
    }

    private static func numbers(_ store: FileStore) async throws -> [Int] {
        var numbers: [Int] = []
        _ = try await store.recover { record in
            let digits = text(record.body).drop { !$0.isNumber }.prefix { $0.isNumber }
            numbers.append(Int(digits) ?? -1)
        }
        return numbers
    }

    /// Appends concurrently and takes snapshots meanwhile; gives up where the store does.
    private static func work(on files: SimulatedFileSystem) async -> (service: Service, store: FileStore)? {
        guard let store = try? await openStore(files, options: StoreOptions(segmentBytes: 2500, standbyInterval: .milliseconds(1))) else {
            return nil
        }
        let service = Service(store, make: make)
        guard (try? await service.start()) != nil else { return nil }
        await withTaskGroup { group in
            for caller in 0..<4 {
                group.addTask {
                    for index in 0..<8 {
                        let first = caller * 100 + index * 10
                        try? await service.add(Array(first..<first + 1 + index % 4))
                        if index == 2, caller == 0 || caller == 2 { try? await service.snapshot() }
                    }
                }
            }
        }
        return (service, store)
    }

    private static func check(_ files: SimulatedFileSystem, _ service: Service?, after what: String) async throws {
        let store = try await openStore(files)
        let found = try await numbers(store)
        let submitted = await service?.submitted ?? []
        let acknowledged = await service?.acknowledged ?? []
        #expect(found == Array(submitted.prefix(found.count)), "not a beginning of what was appended, after \(what)")
        #expect(acknowledged.isSubset(of: found), "acknowledged records were lost, after \(what)")
        // What was recovered is as durable as what is appended from now on.
        try await store.append(make(9999))
        let again = try await openStore(files.restarted(.synced))
        #expect(try await numbers(again) == found + [9999], "recovered records were lost, after \(what)")
        #expect(!files.restarted(.everything).files.keys.contains { $0.hasSuffix(".tmp") }, "left behind, after \(what)")
    }

    private static func run(faultAt index: Int, _ fault: SimulatedFileSystem.Fault) async throws {
        let files = SimulatedFileSystem(fault: { call, _ in call == index ? fault : nil })
        let result = await work(on: files)
        let what = "\(fault) at call \(index)"
        if let (service, store) = result {
            let failures = await service.failures
            if let first = failures.first {
                #expect(failures.allSatisfy { $0.isFinal && $0.description == first.description }, "\(what)")
                #expect(await storeError { try await store.append(make(1)) }?.description == first.description, "\(what)")
                // A failed snapshot does not stop the journal's thread in the middle of what it was doing.
                try await store.thread.run {}
                let calls = files.calls
                #expect(await storeError { try await store.snapshot([]) }?.description == first.description, "\(what)")
                #expect(files.calls == calls, "the file system was used after a failure, after \(what)")
            } else {
                #expect(await service.acknowledged == Set(service.submitted), "\(what)")
            }
        }
        let crashes: [SimulatedFileSystem.Crash] =
            [.everything, .synced] + (0..<(isLong ? 20 : 1)).map { .some(seed: UInt64(index * 100 + $0)) }
        for crash in crashes { try await check(files.restarted(crash), result?.service, after: "\(what), \(crash)") }
    }

    /// How many calls the work makes, about: its batches depend on the threads' speed.
    private static let calls = 220

    @Test(arguments: [SimulatedFileSystem.Fault.error(EIO), .error(ENOSPC), .short, .stop])
    func nothingAcknowledgedIsLost(fault: SimulatedFileSystem.Fault) async throws {
        // What a full disk and a short write do differs little from place to place: the default run takes every third call.
        let step = Self.isLong || fault == .stop || fault == .error(EIO) ? 1 : 3
        for index in stride(from: 0, to: Self.calls, by: step) { try await Self.run(faultAt: index, fault) }
    }

    @Test func theWorkMakesAboutAsManyCalls() async throws {
        let files = SimulatedFileSystem()
        let result = try #require(await Self.work(on: files))
        await result.store.close()
        #expect(await result.service.acknowledged.count == 80)
    }
}
