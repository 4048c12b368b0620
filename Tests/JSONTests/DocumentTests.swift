import JSON
import Testing

@Suite struct DocumentTests {
    @Test func everyValueKnowsItsPlace() throws {
        let source = "{\n  \"a\": [1, \"é\",\r\n\t{\"b\": null}],\r  \"c\": true }"
        let document = try JSONDocument(parsing: utf8(source))
        let bytes = utf8(source)
        func slice(_ node: JSONNode?) throws -> String {
            let node = try #require(node)
            return text(Array(bytes[node.offset..<node.end]))
        }
        #expect(try slice(document.root["a"]?[1]) == "\"é\"")
        #expect(try slice(document.root["a"]?[2]) == "{\"b\": null}")
        #expect(try slice(document.root["c"]) == "true")
        #expect(document.root["a"]?[3] == nil && document.root["x"] == nil && document.root[0] == nil)
        let object = try #require(document.root["a"]?[2])
        #expect(document.position(of: object.offset) == JSONPosition(line: 3, column: 2, offset: 21))
        let member = try #require(document.root.members?.last)
        #expect(document.position(of: member.keyOffset) == JSONPosition(line: 4, column: 3, offset: 37))
        #expect(document.position(of: -1) == JSONPosition(line: 1, column: 1, offset: 0))
        #expect(document.position(of: 10_000).offset == bytes.count)
        #expect(document.root.value == ["a": [1, "é", ["b": nil]], "c": true])
    }

    @Test func positionsOfALargeDocumentAreThoseCountedFromTheBeginning() throws {
        var random = SeededRandom(seed: 5)
        var source = "["
        for number in 0..<3_000 { source += "\(number)," + ["", "\n", "\r\n", "\r", " \"é😀\","][random.below(5)] }
        let bytes = utf8(source + "0]")
        let document = try JSONDocument(parsing: bytes)
        for _ in 0..<200 {
            let offset = random.below(bytes.count + 1)
            #expect(document.position(of: offset) == JSONPosition(of: offset, in: bytes))
        }
        for offset in [0, 4_095, 4_096, 4_097, 8_192, bytes.count] {
            #expect(document.position(of: offset) == JSONPosition(of: offset, in: bytes))
        }
    }

    /// RFC 6901 section 5.
    @Test(
        arguments: [
            ("", "all"), ("/foo", "[\"bar\",\"baz\"]"), ("/foo/0", "\"bar\""), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"),
            ("/g|h", "4"), ("/i\\j", "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"), ("/foo/-", nil), ("/foo/00", nil), ("/foo/2", nil),
            ("/foo/0/x", nil), ("/none", nil), ("/foo/+1", nil),
        ] as [(String, String?)])
    func pointersPoint(_ pointer: String, _ expected: String?) throws {
        let source = #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#
        let document = try JSONDocument(parsing: utf8(source))
        let parsed = try #require(JSONPointer(pointer))
        #expect(parsed.description == pointer)
        let node = document.root[parsed]
        let all = document.root.value.encoded()
        #expect(node.map { text($0.value.encoded()) } == (expected == "all" ? text(all) : expected))
        #expect(document.root.value[parsed] == node?.value)
    }

    @Test func pointersAreBuilt() {
        let pointer = JSONPointer.root.appending("a/b").appending(0).appending("~")
        #expect(pointer.description == "/a~1b/0/~0")
        #expect(JSONPointer(pointer.description) == pointer)
        #expect(pointer.parent?.description == "/a~1b/0")
        #expect(JSONPointer.root.parent == nil)
        #expect(JSONPointer("/a~2b") == nil && JSONPointer("a") == nil && JSONPointer("/a~") == nil)
        #expect(JSONPointer("//")?.tokens == ["", ""])
    }

    @Test func aPointerToNothingIsPlacedAtWhatHoldsIt() throws {
        let document = try JSONDocument(parsing: utf8("{\n \"a\": {\"b\": 1}}"))
        #expect(document.position(of: try #require(JSONPointer("/a/x/y"))) == JSONPosition(line: 2, column: 7, offset: 8))
    }
}
