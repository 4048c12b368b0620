import FoundationEssentials
import Testing

@testable import JSONStore

@Suite struct LineDocumentTests {
    private let root = DocumentsRoot()

    private func document(_ lines: [String]) throws -> [UInt8] {
        var document = LineDocument()
        for line in lines { try document.add(Array(line.utf8)) }
        return document.finish()
    }

    private func text(_ lines: [[UInt8]]) -> [String] { lines.map { String(decoding: $0, as: UTF8.self) } }

    @Test(arguments: [1, 2, 3, 1000]) func everyLineIsReadByItself(count: Int) async throws {
        let lines = (1...count).map { "{\"line\":\($0),\"text\":\"\(String(repeating: "x", count: $0 * 7 % 50))\"}" }
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", document(lines))
        let reader = try #require(try await documents.lines(of: "abc"))
        #expect(reader.count == count)
        #expect(text(try await reader.read(Array(1...count))) == lines)
        for number in [1, (count + 1) / 2, count] { #expect(text(try await reader.read([number])) == [lines[number - 1]]) }
        let scattered = [count, 1, max(1, count - 1), count]
        #expect(text(try await reader.read(scattered)) == scattered.map { lines[$0 - 1] })
        #expect(try await reader.read([]) == [])
        await documents.close()
    }

    @Test func anEmptyDocumentHasNoLines() async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", document([]))
        let reader = try #require(try await documents.lines(of: "abc"))
        #expect(reader.count == 0)
        await #expect(throws: StoreError.self) { try await reader.read([1]) }
        await documents.close()
    }

    @Test func whatIsOpenStaysAsItWas() async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", document(["1", "2"]))
        let reader = try #require(try await documents.lines(of: "abc"))
        try await documents.write("abc", document(["3"]))
        #expect(text(try await reader.read([2])) == ["2"])
        try await documents.remove("abc")
        #expect(text(try await reader.read([1])) == ["1"])
        #expect(try await documents.lines(of: "abc") == nil)
        await documents.close()
    }

    @Test(arguments: ["", "{}", "{\"a\":1}\n{\"b\":2}\n", String(repeating: "x", count: 2000)])
    func otherDocumentsAreToldApart(text: String) async throws {
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", Array(text.utf8))
        let error = await #expect(throws: StoreError.self) { _ = try await documents.lines(of: "abc") }
        #expect(error?.code == .otherFormat)
        await documents.close()
    }

    /// A changed byte is found by whoever reads the line it is in, or on opening; no line is ever read as something else.
    @Test func everyChangedByteIsFound() async throws {
        let lines = ["{\"a\":\"one\"}", "{\"b\":\"two\"}", "[3]"]
        let documents = try await DocumentDirectory.open(root.path)
        try await documents.write("abc", document(lines))
        let whole = try root.bytes(at: "ab/abc.jsonl")
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 0x04
            try root.put(changed, at: "ab/abc.jsonl")
            guard let reader = try? await documents.lines(of: "abc") else { continue }
            for number in 1...lines.count {
                guard let read = try? await reader.read([number]) else { continue }
                #expect(text(read) == [lines[number - 1]], "byte \(place)")
            }
        }
        await documents.close()
    }

    @Test func linesAreOneValueEach() {
        var document = LineDocument()
        #expect(throws: StoreError.self) { try document.add([]) }
        #expect(throws: StoreError.self) { try document.add(Array("1\n2".utf8)) }
    }
}
