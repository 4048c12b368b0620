import Testing

@testable import JSONStore

struct StoreFilesTests {
    @Test func namesSortAsTheirNumbersDo() {
        let numbers: [UInt64] = [1, 9, 10, 999_999_999_999]
        #expect(StoreFiles.segment(first: 17) == "journal-000000000017.jsonl")
        #expect(StoreFiles.snapshot(covering: 0) == "snapshot-000000000000.jsonl")
        #expect(numbers.map(StoreFiles.segment) == numbers.map(StoreFiles.segment).sorted())
    }

    @Test func readsItsOwnNamesAndNoOthers() {
        let files = StoreFiles(names: [
            "lock", "journal-000000000021.jsonl", "journal-000000000003.jsonl", "snapshot-000000000002.jsonl", "journal-21.jsonl",
            "journal-000000000022.jsonl.bak", "journal-0000000000023.jsonl", "journal--00000000001.jsonl",
            "journal-99999999999999999999.jsonl",
            "journal-18446744073709551615.jsonl", "snapshot-000000000009.jsonl.tmp", "journal-000000000024.jsonl.tmp", "other.tmp",
            "documents",
            "journal-1000000000000.jsonl",
        ])
        #expect(files.segments == [3, 21, 1_000_000_000_000])
        #expect(files.snapshots == [2])
        #expect(files.asides == ["journal-000000000024.jsonl.tmp", "snapshot-000000000009.jsonl.tmp"])
    }

    private func plan(snapshots: [UInt64], segments: [UInt64]) throws -> RecoveryPlan {
        try RecoveryPlan(
            StoreFiles(names: snapshots.map(StoreFiles.snapshot) + segments.map(StoreFiles.segment)), directory: "/store")
    }

    @Test func readsTheNewestSnapshotAndWhatFollowsIt() throws {
        #expect(try plan(snapshots: [], segments: []).segments == [])
        #expect(try plan(snapshots: [], segments: [1, 5]).segments == [1, 5])
        let plan = try plan(snapshots: [4, 8], segments: [5, 9, 12])
        #expect(plan.snapshot == 8 && plan.segments == [9, 12])
        #expect(plan.leftovers == ["snapshot-000000000004.jsonl", "journal-000000000005.jsonl"])
    }

    @Test(arguments: [([], [2]), ([4], []), ([4], [6]), ([4], [1, 3])] as [([UInt64], [UInt64])])
    func refusesAGap(snapshots: [UInt64], segments: [UInt64]) {
        #expect {
            try plan(snapshots: snapshots, segments: segments)
        } throws: { error in
            let missing = StoreFiles.segment(first: (snapshots.last ?? 0) + 1)
            return (error as? StoreError)?.file == "/store/\(missing)" && "\(error)".contains("no such file")
        }
    }
}

struct FileHeaderTests {
    @Test(arguments: [FileHeader.Role.segment(first: 17), .snapshot(covers: 0)])
    func readsBackWhatItWrites(role: FileHeader.Role) {
        let header = FileHeader(format: StoreFormat(name: "courier.a-1", version: 12), role: role)
        #expect(FileHeader(body: header.body) == header)
    }

    @Test(arguments: [
        "{}", "{\"format\":\"a\",\"version\":1}", "{\"format\":\"a\",\"version\":01,\"first\":1}",
        "{\"format\":\"a\",\"version\":1,\"first\":-1}",
        "{\"format\":\"a\",\"version\":1,\"last\":1}", "{\"format\":\"a\", \"version\":1,\"first\":1}",
        "{\"format\":\"a\",\"version\":1,\"first\":1",
    ])
    func refusesAnythingElse(body: String) {
        #expect(FileHeader(body: Array(body.utf8)) == nil)
    }
}

struct SnapshotPolicyTests {
    private func usage(records: UInt64 = 1, journal: Int, snapshot: Int = 0, isWriting: Bool = false) -> StoreUsage {
        var usage = StoreUsage()
        usage.lastSequence = records
        usage.journalBytes = journal
        usage.snapshotBytes = snapshot
        usage.isWritingSnapshot = isWriting
        return usage
    }

    @Test func isDueWhenTheJournalHasOutgrownTheSnapshot() {
        let policy = SnapshotPolicy(minimumBytes: 100, growth: 2)
        #expect(!policy.isDue(usage(journal: 99)))
        #expect(policy.isDue(usage(journal: 100)))
        #expect(!policy.isDue(usage(journal: 199, snapshot: 100)))
        #expect(policy.isDue(usage(journal: 200, snapshot: 100)))
        #expect(!policy.isDue(usage(journal: 200, snapshot: 100, isWriting: true)))
        #expect(!policy.isDue(usage(records: 0, journal: 1000)))
    }
}
