import Testing

@testable import JSONStore

/// Directories of another format, of a newer version and of an older one.
struct FormatTests {
    private func files(format: StoreFormat = testFormat) async throws -> SimulatedFileSystem {
        let files = SimulatedFileSystem()
        let store = try await openStore(files, format: format, options: StoreOptions(segmentBytes: 150))
        try await store.start()
        try await store.append([record(1), record(2)])
        try await store.snapshot([record(1), record(2)])
        for number in 3...6 { try await store.append(record(number)) }
        await store.close()
        return files
    }

    /// Each record becomes itself and a second one.
    private func doubling(_ version: Int = 2) -> StoreFormat {
        StoreFormat(name: testFormat.name, version: version, migrations: [1: { [$0, record("second")] }])
    }

    private let doubled = (1...6).flatMap { [text(record($0)), text(record("second"))] }

    private func refusal(_ files: SimulatedFileSystem, _ format: StoreFormat) async throws -> StoreError? {
        let store = try await openStore(files, format: format)
        let error = await storeError { try await store.start() }
        #expect(await storeError { try await store.append(record(7)) } != nil)
        await store.close()
        return error
    }

    @Test func whatCannotBeReadIsRefusedAndLeftAsItIs() async throws {
        struct Unknown: Error {}
        let files = try await files(format: StoreFormat(name: testFormat.name, version: 2))
        func content() -> [String: [UInt8]] { files.files.filter { !$0.key.hasSuffix("/lock") } }
        let before = content()
        let other = try await refusal(files, StoreFormat(name: "courier.other", version: 2))
        #expect(other?.code == .otherFormat && other?.line == 1 && other?.file?.contains("snapshot") == true)
        let newer = try await refusal(files, testFormat)
        #expect(newer?.code == .newerVersion && newer?.line == 1 && newer?.description.contains("version 2") == true)
        let older = try await refusal(files, StoreFormat(name: testFormat.name, version: 4, migrations: [3: { [$0] }]))
        #expect(older?.code == .notMigrated && older?.line == 1)
        let failing = StoreFormat(name: testFormat.name, version: 3, migrations: [2: { _ in throw Unknown() }])
        let failed = try await refusal(files, failing)
        #expect(failed?.code == .notMigrated && failed?.line == 2 && failed?.cause is Unknown)
        #expect(content() == before)
        let (records, _) = try await openStore(files, format: StoreFormat(name: testFormat.name, version: 2)).contents()
        #expect(records == (1...6).map { text(record($0)) })
    }

    @Test func anOlderVersionIsMigratedOnce() async throws {
        let files = try await files()
        let store = try await openStore(files, format: doubling())
        let (records, recovery) = try await store.contents()
        #expect(records == doubled && recovery.migratedFrom == 1 && recovery.lastSequence == 6)
        #expect(try await store.append(record(7)) == 7)
        await store.close()
        let again = try await openStore(files, format: doubling(2))
        let (after, second) = try await again.contents()
        #expect(after == doubled + [text(record(7))] && second.migratedFrom == nil && second.snapshotRecords == 12)
    }

    @Test func anInterruptedMigrationIsDoneAgain() async throws {
        let files = try await files()
        let whole = files.restarted(.everything)
        try await openStore(whole, format: doubling()).start()
        #expect(whole.calls > 20)
        for index in 0..<whole.calls {
            let disk = files.restarted(.everything, fault: { call, _ in call == index ? .stop : nil })
            if let store = try? await openStore(disk, format: doubling()) { _ = try? await store.start() }
            for crash in [.everything, .synced, .some(seed: UInt64(index))] as [SimulatedFileSystem.Crash] {
                let (records, _) = try await openStore(disk.restarted(crash), format: doubling()).contents()
                #expect(records == doubled, "stopped at call \(index), then \(crash)")
            }
        }
    }

    @Test(arguments: [("", 1), ("Courier", 1), ("a b", 1), ("courier.é", 1), (String(repeating: "a", count: 65), 1), ("courier", 0)])
    func refusesAFormatOutsideTheRules(name: String, version: Int) async {
        let error = await storeError {
            _ = try await openStore(SimulatedFileSystem(), format: StoreFormat(name: name, version: version))
        }
        #expect(error?.code == .invalidArgument)
    }
}
