import FoundationEssentials
import Glibc
import Synchronization
import Testing

@testable import JSONStore

@Suite struct DocumentDirectoryTests {
    private let root = DocumentsRoot()

    // MARK: What is written is read

    private static let contents: [[UInt8]] = [
        [], Array("{}".utf8), Array("{}\n".utf8), Array("\n".utf8), Array("\n\n".utf8), Array("{\"a\":1}\n{\"b\":2}".utf8),
        [0, 0xFF, 0x0A, 0x22, 0x7D], Array("x\n{\"c\":\"00000000\",\"name\":\"abc\",\"bytes\":1}\n".utf8),
        (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) },
    ]

    @Test(arguments: contents.indices) func roundTripsThroughAnotherOpening(index: Int) async throws {
        let bytes = Self.contents[index]
        let first = try await DocumentDirectory.open(root.path)
        try await first.write("abcdef", bytes)
        #expect(try await first.read("abcdef") == bytes)
        await first.close()
        let second = try await DocumentDirectory.open(root.path)
        #expect(try await second.read("abcdef") == bytes)
        await second.close()
    }

    @Test func replacesListsAndRemoves() async throws {
        let documents = try await DocumentDirectory.open(root.path)
        #expect(try await documents.names() == [])
        #expect(try await documents.read("ab1") == nil)
        try await documents.write("zz.9", Array("z".utf8))
        try await documents.write([
            .init(name: "ab2", bytes: Array("two".utf8)), .init(name: "ab1", bytes: Array("one".utf8)),
            .init(name: "Ab", bytes: Array("short".utf8)), .init(name: "ab2", bytes: Array("again".utf8)),
        ])
        #expect(try await documents.names() == ["Ab", "ab1", "ab2", "zz.9"])
        #expect(try await documents.read("ab2") == Array("again".utf8))
        #expect(try root.files() == ["Ab/Ab.jsonl", "ab/ab1.jsonl", "ab/ab2.jsonl", "zz/zz.9.jsonl"])

        try await documents.write("ab1", Array("new".utf8))
        #expect(try await documents.read("ab1") == Array("new".utf8))
        try await documents.remove("ab1")
        try await documents.remove(["ab1", "zz.9", "never"])
        #expect(try await documents.read("ab1") == nil)
        #expect(try await documents.names() == ["Ab", "ab2"])
        #expect(try root.files() == ["Ab/Ab.jsonl", "ab/ab2.jsonl"])
        await documents.close()
    }

    @Test func passesOverFilesThatAreNotDocuments() async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", [0x31])
        for name in ["ab/note.txt", "ab/xyz.jsonl", "ab/.hidden.jsonl", "README"] { try root.put([0x31], at: name) }
        #expect(try await documents.names() == ["abc"])
        await documents.close()
    }

    @Test func endsTheFileWithTheDocumentedLine() async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", Array("{\"a\":1}".utf8))
        let rest = "\"name\":\"abc\",\"bytes\":7}"
        let digits = String(CRC32CReference.checksum(Array("{\"a\":1}\(rest)".utf8)), radix: 16)
        let padded = String(repeating: "0", count: 8 - digits.utf8.count) + digits
        #expect(try root.text(at: "ab/abc.jsonl") == "{\"a\":1}\n{\"c\":\"\(padded)\",\(rest)\n")
        await documents.close()
    }

    @Test func keepsOthersOut() async throws {
        try root.makeDirectory(permissions: 0o755)
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", [0x31])
        #expect(try root.permissions(of: "") == 0o700)
        #expect(try root.permissions(of: "ab") == 0o700)
        #expect(try root.permissions(of: "aside") == 0o700)
        #expect(try root.permissions(of: "ab/abc.jsonl") == 0o600)
        await documents.close()
    }

    // MARK: What is refused

    @Test(arguments: [
        "", "a", ".a", "..", "-a", "_a", "a/b", "../ab", "a b", "ä1", "ab\n", "ab\0", String(repeating: "a", count: 129),
    ])
    func refusesNames(name: String) async throws {
        let documents = try await DocumentDirectory.open(root.path)
        await expectFailure(.invalidArgument) { try await documents.write(name, [0x31]) }
        await expectFailure(.invalidArgument) { try await documents.write([.init(name: "good", bytes: []), .init(name: name, bytes: [])]) }
        await expectFailure(.invalidArgument) { _ = try await documents.read(name) }
        await expectFailure(.invalidArgument) { try await documents.remove(name) }
        #expect(try root.files() == [])
        await documents.close()
    }

    @Test(arguments: ["ab", "a.", "0-", "A_.json", "ab.jsonl", String(repeating: "a", count: 128)])
    func acceptsNames(name: String) async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write(name, [0x31])
        #expect(try await documents.read(name) == [0x31])
        #expect(try await documents.names() == [name])
        await documents.close()
    }

    @Test func refusesEverythingOnceClosed() async throws {
        let documents = try await DocumentDirectory.open(root.path)
        await documents.close()
        await expectFailure(.closed) { try await documents.write("abc", []) }
        await expectFailure(.closed) { _ = try await documents.read("abc") }
        await expectFailure(.closed) { _ = try await documents.names() }
        await expectFailure(.closed) { try await documents.remove("abc") }
    }

    // MARK: Damage

    @Test(arguments: ["{\"a\":[1,2]}", "[1]\n[2]\n", ""]) func detectsEveryChange(text: String) async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", Array(text.utf8))
        let whole = try root.bytes(at: "ab/abc.jsonl")
        var changed: [[UInt8]] = []
        for place in whole.indices {
            for bit in 0..<8 {
                var bytes = whole
                bytes[place] ^= 1 << bit
                changed.append(bytes)
            }
            changed.append(Array(whole[..<place]))
            changed.append(Array(whole[..<place] + whole[(place + 1)...]))
            changed.append(Array(whole[...place] + whole[place...]))
        }
        changed += [whole + [0x0A], [0x0A] + whole, whole + whole, [UInt8](repeating: 0, count: whole.count)]
        for bytes in changed where bytes != whole {
            try root.put(bytes, at: "ab/abc.jsonl")
            let error = await expectFailure(.damaged) { _ = try await documents.read("abc") }
            #expect(error?.file == "\(root.path)/ab/abc.jsonl", "\(String(decoding: bytes, as: UTF8.self))")
            #expect(error?.isFinal == false)
        }
        try root.put(whole, at: "ab/abc.jsonl")
        #expect(try await documents.read("abc") == Array(text.utf8))
        await documents.close()
    }

    @Test func detectsAFileUnderAnotherName() async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", [0x31])
        try root.put(try root.bytes(at: "ab/abc.jsonl"), at: "ab/abd.jsonl")
        await expectFailure(.damaged) { _ = try await documents.read("abd") }
        #expect(try await documents.read("abc") == [0x31])
        try await documents.write("abd", [0x32])
        #expect(try await documents.read("abd") == [0x32])
        await documents.close()
    }

    // MARK: Crashes and failures

    /// The process ends at each of its calls in turn: what was acknowledged is there, and the rest is whole or absent.
    @Test func survivesAStopAtEveryCall() async throws {
        let old = Array("old".utf8)
        let new = Array("new, and longer".utf8)
        var stop = 0
        var isStopped = true
        while isStopped {
            let root = DocumentsRoot()
            let before = try await DocumentDirectory.open(root.path)
            try await before.write("abc", old)
            await before.close()

            let system = FailingDocumentSystem(DocumentFault(at: stop, code: EIO, isForEver: true))
            var isWritten = false
            var isRemoved = false
            if let documents = try? await DocumentDirectory.open(root.path, fileSystem: system) {
                isWritten = (try? await documents.write([.init(name: "abc", bytes: new), .init(name: "xyz", bytes: new)])) != nil
                if isWritten { isRemoved = (try? await documents.remove("xyz")) != nil }
                await documents.close()
            }

            let after = try await DocumentDirectory.open(root.path)
            let abc = try await after.read("abc")
            let xyz = try await after.read("xyz")
            #expect(abc == new || (!isWritten && abc == old), "call \(stop)")
            #expect(xyz == nil || (!isRemoved && xyz == new), "call \(stop)")
            #expect(try root.names(in: "aside") == [], "call \(stop)")
            await after.close()
            isStopped = system.hasFailed
            stop += 1
        }
        #expect(stop > 10)
    }

    @Test(arguments: 0..<8) func stopsForGoodAfterAFailedSync(sync: Int) async throws {
        let before = try await DocumentDirectory.open(root.path)
        try await before.write("ab1", Array("kept".utf8))
        await before.close()
        let system = FailingDocumentSystem()
        let documents = try await DocumentDirectory.open(root.path, fileSystem: system)
        system.arm(DocumentFault(at: sync, code: EIO, calls: .sync))
        let change: @Sendable () async throws -> Void = {
            try await documents.write([.init(name: "ab2", bytes: [0x32]), .init(name: "xy1", bytes: [0x33])])
            try await documents.remove("ab2")
        }
        // The change syncs: the directory for ab and for xy, two files, the two folders, and the folder of the removal.
        guard sync < 7 else {
            try await change()
            #expect(!system.hasFailed)
            await documents.close()
            return
        }
        let failure = await expectFailure(.inputOutput, change)
        #expect(failure?.isFinal == true)
        #expect(failure?.systemError == EIO)
        let calls = system.changes
        let later = await expectFailure(.inputOutput) { try await documents.write("ab3", []) }
        #expect(later?.description == failure?.description)
        await expectFailure(.inputOutput) { try await documents.remove("ab1") }
        #expect(system.changes == calls)
        #expect(try await documents.read("ab1") == Array("kept".utf8))
        await documents.close()
        let after = try await DocumentDirectory.open(root.path)
        #expect(try await after.read("ab1") == Array("kept".utf8))
        await after.close()
    }

    @Test func aFullDiskRefusesOneWriteAndLeavesTheOldDocument() async throws {
        let system = FailingDocumentSystem()
        let documents = try await DocumentDirectory.open(root.path, fileSystem: system)
        try await documents.write("abc", Array("old".utf8))
        system.arm(DocumentFault(at: 0, code: ENOSPC, calls: .write))
        let error = await expectFailure(.outOfSpace) { try await documents.write("abc", Array("new".utf8)) }
        #expect(error?.isFinal == false)
        #expect(try root.names(in: "aside") == [])
        #expect(try await documents.read("abc") == Array("old".utf8))
        try await documents.write("abc", Array("newer".utf8))
        #expect(try await documents.read("abc") == Array("newer".utf8))
        await documents.close()
    }

    @Test func removesWhatAnInterruptedWriteLeft() async throws {
        let before = try await DocumentDirectory.open(root.path)
        try await before.write("abc", [0x31])
        await before.close()
        try root.put(Array("hal".utf8), at: "aside/abc")
        let after = try await DocumentDirectory.open(root.path)
        #expect(try root.names(in: "aside") == [])
        #expect(try await after.read("abc") == [0x31])
        await after.close()
    }

    /// Durable means: the file before it gets its name, then the folder that has the name; the folder's own entry before both.
    @Test func syncsInOrder() async throws {
        let system = FailingDocumentSystem()
        let documents = try await DocumentDirectory.open(root.path, fileSystem: system)
        var seen = system.changes.count
        try await documents.write([.init(name: "abc", bytes: [0x31]), .init(name: "abd", bytes: [0x32])])
        #expect(
            system.changes[seen...].map { $0.replacing(root.path, with: "") } == [
                "makeDirectory /ab", "syncDirectory ", "open /aside/abc", "write /aside/abc", "sync /aside/abc", "rename /ab/abc.jsonl",
                "open /aside/abd", "write /aside/abd", "sync /aside/abd", "rename /ab/abd.jsonl", "syncDirectory /ab",
            ])
        seen = system.changes.count
        try await documents.remove("abc")
        #expect(system.changes[seen...].map { $0.replacing(root.path, with: "") } == ["remove /ab/abc.jsonl", "syncDirectory /ab"])
        await documents.close()
    }

    @Test func concurrentCallersAllSucceed() async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await withThrowingTaskGroup { group in
            for number in 0..<40 {
                group.addTask {
                    let name = "n\(number % 4)-\(number)"
                    try await documents.write(name, Array("\(number)".utf8))
                    #expect(try await documents.read(name) == Array("\(number)".utf8))
                }
            }
            try await group.waitForAll()
        }
        #expect(try await documents.names().count == 40)
        await documents.close()
    }

    @discardableResult
    private func expectFailure(
        _ code: StoreError.Code, _ body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) async -> StoreError? {
        do {
            try await body()
            Issue.record("expected \(code), found success", sourceLocation: sourceLocation)
            return nil
        } catch let error as StoreError {
            #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
            return error
        } catch {
            Issue.record("expected \(code), found \(error)", sourceLocation: sourceLocation)
            return nil
        }
    }
}

/// The checksum bit by bit, as its definition has it.
private enum CRC32CReference {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = ~0
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return ~crc
    }
}
