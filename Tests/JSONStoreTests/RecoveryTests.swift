import Testing

@testable import JSONStore

/// Reads a store's files without opening it.
func readAll(_ files: [String: [UInt8]], format: StoreFormat = testFormat) throws -> (records: [String], recovery: Recovery) {
    let disk = SimulatedFileSystem()
    disk.files = files
    let names = files.keys.map { String($0.dropFirst("/store/".count)) }
    let plan = try RecoveryPlan(StoreFiles(names: names), directory: "/store")
    var reader = RecoveryReader(plan, directory: "/store", format: format, fileSystem: disk)
    var records: [String] = []
    while let batch = try reader.next() { records += batch.map { text($0.body) } }
    return (records, reader.recovery)
}

/// A store with a snapshot of records 1 to 3 and three journal files after it; the last write has two records.
func makeFiles() async throws -> [String: [UInt8]] {
    let files = SimulatedFileSystem()
    let store = try await openStore(files, options: StoreOptions(segmentBytes: 200))
    try await store.start()
    try await store.append([record(1), record(2), record(3)])
    try await store.snapshot([record(1), record(2), record(3)])
    for number in 4...9 { try await store.append(record(number)) }
    try await store.append([record(10), record(11)])
    await store.close()
    return files.files.filter { !$0.key.hasSuffix("lock") }
}

let madeRecords = (1...11).map { text(record($0)) }

struct RecoveryTests {
    private func last(_ files: [String: [UInt8]]) throws -> String {
        try #require(files.keys.filter { $0.contains("journal") }.max())
    }

    @Test func theFilesAreWhatTheTestsTakeThemFor() async throws {
        let files = try await makeFiles()
        #expect(files.keys.count { $0.contains("journal") } == 3 && files.keys.count { $0.contains("snapshot") } == 1)
        let (records, recovery) = try readAll(files)
        #expect(records == madeRecords && recovery.snapshotSequence == 3 && recovery.lastSequence == 11)
    }

    /// Whatever is left of the last file, the records whole in it are there, and the store goes on behind them.
    @Test func everyPrefixOfTheLastFileIsReadable() async throws {
        let files = try await makeFiles()
        let path = try last(files)
        let content = try #require(files[path])
        let before = 11 - (content.count { $0 == UInt8(ascii: "\n") } - 1)
        for length in 0...content.count {
            var cut = files
            cut[path] = Array(content.prefix(length))
            let whole = content.prefix(length).count { $0 == UInt8(ascii: "\n") }
            let expected = Array(madeRecords.prefix(before + max(0, whole - 1)))
            let (records, recovery) = try readAll(cut)
            #expect(records == expected)
            let rest = content.prefix(length).reversed().prefix { $0 != UInt8(ascii: "\n") }.count
            #expect((recovery.repaired?.bytes ?? 0) == rest && recovery.repaired?.line == (rest == 0 ? nil : whole + 1))
        }
    }

    @Test(arguments: [0, 1, 30, 75, 76, 77, 130, 200])
    func aStoreGoesOnBehindATornEnd(length: Int) async throws {
        let made = try await makeFiles()
        let path = try last(made)
        let disk = SimulatedFileSystem()
        var cut = made
        cut[path] = made[path].map { Array($0.prefix(length)) }
        disk.files = cut
        let expected = try readAll(cut)
        let store = try await openStore(disk)
        let (records, recovery) = try await store.contents()
        #expect(records == expected.records && recovery.repaired == expected.recovery.repaired)
        try await store.append(record("next"))
        await store.close()
        let again = try await openStore(disk.restarted(.synced))
        let (after, second) = try await again.contents()
        #expect(after == records + [text(record("next"))] && second.repaired == nil)
    }

    @Test func everyChangedBitIsRefused() async throws {
        let files = try await makeFiles()
        for (path, content) in files {
            for place in content.indices {
                for bit in 0..<8 {
                    var changed = files
                    changed[path]?[place] ^= 1 << bit
                    let error = #expect(throws: StoreError.self) { try readAll(changed) }
                    #expect(error?.code == .damaged && error?.file == path && error?.line != nil, "\(path) byte \(place) bit \(bit)")
                }
            }
        }
    }

    @Test func everyMissingFileIsRefused() async throws {
        let files = try await makeFiles()
        for path in files.keys {
            var changed = files
            changed[path] = nil
            #expect(throws: StoreError.self, "\(path)") { try readAll(changed) }
        }
    }

    @Test func everyMissingRepeatedOrExchangedLineIsRefused() async throws {
        let files = try await makeFiles()
        for (path, content) in files {
            let lines = content.split(separator: UInt8(ascii: "\n")).map { $0 + [UInt8(ascii: "\n")] }
            for place in lines.indices {
                // Without its last line the last file is a shorter one, and another journal file one that is not ended yet.
                if place < lines.count - 1 || path.contains("snapshot") {
                    var changed = files
                    changed[path] = Array((lines[..<place] + lines[(place + 1)...]).joined())
                    #expect(throws: StoreError.self, "\(path) without line \(place + 1)") { try readAll(changed) }
                }
                var changed = files
                changed[path] = Array((lines[...place] + lines[place...]).joined())
                #expect(throws: StoreError.self, "\(path) with line \(place + 1) twice") { try readAll(changed) }
                if place > 0 {
                    var exchanged = lines
                    exchanged.swapAt(place, place - 1)
                    changed[path] = Array(exchanged.joined())
                    #expect(throws: StoreError.self, "\(path) with line \(place) behind the next") { try readAll(changed) }
                }
            }
        }
    }

    @Test func aFileUnderAnotherNameIsRefused() async throws {
        let files = try await makeFiles()
        let paths = files.keys.filter { $0.contains("journal") }.sorted()
        var changed = files
        changed[paths[0]] = files[paths[1]]
        #expect(throws: StoreError.self) { try readAll(changed) }
    }

    /// The recipes in the errors' advice do what they say.
    @Test func theAdviceForDamageWorks() async throws {
        let files = try await makeFiles()
        let paths = files.keys.filter { $0.contains("journal") }.sorted()
        for (index, path) in paths.enumerated() {
            let content = try #require(files[path])
            for place in content.indices {
                var changed = files
                changed[path]?[place] ^= 1
                guard let error = #expect(throws: StoreError.self, performing: { try readAll(changed) }), let line = error.line else {
                    continue
                }
                #expect(error.advice.contains("head -n \(line - 1)"))
                changed[path] = Array(
                    content.split(separator: UInt8(ascii: "\n")).prefix(line - 1).map { $0 + [UInt8(ascii: "\n")] }.joined())
                for later in paths[(index + 1)...] { changed[later] = nil }
                let (records, _) = try readAll(changed)
                #expect(records == Array(madeRecords.prefix(records.count)))
            }
            changed(files, without: path, later: paths[(index + 1)...])
        }
    }

    private func changed(_ files: [String: [UInt8]], without path: String, later: ArraySlice<String>) {
        var changed = files
        changed[path] = nil
        let error = #expect(throws: StoreError.self) { try readAll(changed) }
        #expect(error?.file == path && error?.advice.contains("as an empty file") == true)
        changed[path] = []
        for path in later { changed[path] = nil }
        #expect(throws: Never.self) { try readAll(changed) }
    }

    // MARK: What a power failure leaves of a write

    /// The last write has two records of 2,000 bytes; blocks of it read as zeros.
    private func filesWithHole(_ hole: Range<Int>, laterWrite: Bool) async throws -> (files: [String: [UInt8]], write: Int) {
        let disk = SimulatedFileSystem()
        let store = try await openStore(disk)
        try await store.start()
        try await store.append(record("first"))
        let path = "/store/\(StoreFiles.segment(first: 1))"
        let write = disk.files[path]?.count ?? 0
        try await store.append([1, 2].map { record(String(repeating: "\($0)", count: 2000)) })
        if laterWrite { try await store.append(record("later")) }
        await store.close()
        var files = disk.files
        for place in hole { files[path]?[place] = 0 }
        files["/store/lock"] = nil
        return (files, write)
    }

    @Test(arguments: [512..<1024, 512..<4096, 1024..<1536, 3072..<3584])
    func blocksNeverWrittenAreATornEnd(hole: Range<Int>) async throws {
        let (files, write) = try await filesWithHole(hole, laterWrite: false)
        let (records, recovery) = try readAll(files)
        let isInSecond = hole.lowerBound > write + 2000
        #expect(records.count == (isInSecond ? 2 : 1))
        #expect(recovery.repaired?.line == (isInSecond ? 4 : 3))
    }

    @Test func blocksLostFromADurableWriteAreDamage() async throws {
        let (files, _) = try await filesWithHole(1024..<1536, laterWrite: true)
        let error = #expect(throws: StoreError.self) { try readAll(files) }
        #expect(error?.code == .damaged && error?.line == 3)
    }

    @Test func aFewZerosAreDamage() async throws {
        let (files, _) = try await filesWithHole(1030..<1500, laterWrite: false)
        #expect(#expect(throws: StoreError.self) { try readAll(files) }?.line == 3)
    }
}
