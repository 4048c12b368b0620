import Glibc
import Synchronization
import Testing

@testable import JSONStore

struct SnapshotFailureTests {
    @Test func whatAnInterruptedSnapshotLeftIsRemoved() async throws {
        var content = try await makeFiles()
        let leftovers = [
            "snapshot-000000000009.jsonl.tmp", "journal-000000000099.jsonl.tmp", StoreFiles.snapshot(covering: 2),
            StoreFiles.segment(first: 1),
        ]
        for name in leftovers { content["/store/\(name)"] = Array("half a li".utf8) }
        content["/store/notes.txt"] = Array("by hand".utf8)
        let files = SimulatedFileSystem()
        files.files = content
        let store = try await openStore(files)
        let (records, recovery) = try await store.contents()
        #expect(records == madeRecords)
        #expect(Set(recovery.removed) == Set(leftovers) && recovery.removed.count == leftovers.count)
        #expect(files.files.keys.allSatisfy { path in !leftovers.contains { path == "/store/\($0)" } })
        #expect(files.files["/store/notes.txt"] == content["/store/notes.txt"])
        await store.close()
    }

    /// The journal is whole without the snapshot, so the service goes on.
    @Test func aFullDiskEndsTheSnapshotOnly() async throws {
        let isFull = Mutex(false)
        let files = SimulatedFileSystem(fault: { _, operation in
            isFull.withLock { $0 } && operation == .write ? .error(ENOSPC) : nil
        })
        let store = try await openStore(files)
        try await store.start()
        try await store.append([record(1), record(2)])
        let error = await storeError {
            try await store.snapshot { emit in
                isFull.withLock { $0 = true }
                try emit(record("all"))
            }
        }
        #expect(error?.code == .outOfSpace && error?.isFinal == false)
        isFull.withLock { $0 = false }
        #expect(!store.usage.isWritingSnapshot && store.usage.recordsSinceSnapshot == 2)
        #expect(!files.files.keys.contains { $0.contains("snapshot") })
        #expect(try await store.append(record(3)) == 3)
        #expect(try await store.snapshot([record("all")]) == 3)
        await store.close()
        #expect(try await openStore(files).contents().records == [text(record("all"))])
    }

    @Test func aFailedSyncOfASnapshotEndsTheStore() async throws {
        let isFailing = Mutex(false)
        let files = SimulatedFileSystem(fault: { _, operation in
            isFailing.withLock { $0 } && operation == .sync ? .error(EIO) : nil
        })
        let store = try await openStore(files)
        try await store.start()
        try await store.append(record(1))
        let error = await storeError {
            try await store.snapshot { emit in
                isFailing.withLock { $0 = true }
                try emit(record("all"))
            }
        }
        #expect(error?.code == .inputOutput && error?.isFinal == true)
        isFailing.withLock { $0 = false }
        #expect(await storeError { try await store.append(record(2)) }?.description == error?.description)
        #expect(try await openStore(files.restarted(.synced)).contents().records == [text(record(1))])
    }
}
