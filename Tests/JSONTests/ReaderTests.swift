import FoundationEssentials
import JSON
import Testing

@Suite struct ReaderTests {
    @Test func membersComeInTheirOrderAndKeysAreCompared() throws {
        let long = "a key of more than thirty-two bytes and then some"
        var reader = JSONReader(utf8("{\"id\":1,\"i\\u0064entity\":2,\"\":3,\"\(long)\":4,\"\(long)\\n\":5,\"é\":6,\"idx\":7}"))
        var met: [String] = []
        try reader.object { reader, key in
            let value = try reader.int()
            switch key {
            case "id": met.append("id \(value)")
            case "identity": met.append("identity \(value)")
            case "": met.append("empty \(value)")
            case "a key of more than thirty-two bytes and then some": met.append("long \(value)")
            case "a key of more than thirty-two bytes and then some\n": met.append("escaped \(value)")
            case "é": met.append("accent \(value)")
            default: met.append("other \(key.string) \(key)")
            }
        }
        try reader.end()
        #expect(met == ["id 1", "identity 2", "empty 3", "long 4", "escaped 5", "accent 6", "other idx idx"])
    }

    @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 64])
    func aKeyOfAnyLengthIsItself(_ length: Int) throws {
        let name = String((0..<length).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        for padding in ["", String(repeating: " ", count: 40)] {
            var reader = JSONReader(utf8("{\"\(name)\":null}\(padding)"))
            try reader.object { _, key in #expect(key.string == name && key.withUTF8 { Array($0) } == utf8(name)) }
            try reader.end()
        }
        for other in [name + "x", String(name.dropLast()), "X" + name.dropFirst()] where other != name {
            #expect(throws: Never.self) { try JSONDocument(parsing: utf8("{\"\(name)\":0,\"\(other)\":0}")) }
        }
        #expect(jsonError { try JSONDocument(parsing: utf8("{\"\(name)\":0,\"\(name)\":0}")) }?.code == .duplicateKey)
    }

    @Test func aKeyOfOneObjectMayBeInAnother() throws {
        let document = "{\"a\":{\"a\":{\"a\":1,\"b\":2},\"b\":[{\"a\":1},{\"a\":2}]},\"b\":{\"b\":{}}}"
        #expect(throws: Never.self) { try JSONDocument(parsing: utf8(document)) }
    }

    @Test func aValueThatIsNotReadIsSkippedAndStillChecked() throws {
        var reader = JSONReader(utf8("{\"a\":{\"x\":[1,2]},\"b\":2}"))
        var keys: [String] = []
        try reader.object { _, key in keys.append(key.string) }
        #expect(keys == ["a", "b"])
        var list = JSONReader(utf8("[1,\"a\",{}]"))
        var count = 0
        try list.array { _ in count += 1 }
        #expect(count == 3)
        var wrong = JSONReader(utf8("[{\"a\":1,\"a\":2}]"))
        #expect(jsonError { try wrong.array { _ in } }?.code == .duplicateKey)
    }

    @Test func aCallThatThrowsLeavesTheReaderWhereItWas() throws {
        var reader = JSONReader(utf8(" [ [1, {\"a\": \"x\"}], 5 ] "))
        #expect(jsonError { try reader.string() }?.code == .type)
        #expect(jsonError { try reader.decodeArray(of: [Int].self) }?.pointer?.description == "/0/1")
        #expect(jsonError { try reader.object { _, _ in } }?.code == .type)
        #expect(try reader.value() == [[1, ["a": "x"]], 5])
        try reader.end()
        var swallowing = JSONReader(utf8("{\"a\":[1,,\"b\":2}"))
        #expect(jsonError { try swallowing.object { reader, _ in _ = try? reader.decodeArray(of: Int.self) } }?.code == .syntax)
    }

    @Test func aFailureIsPlacedAtTheValueReadLast() throws {
        var reader = JSONReader(utf8("{\n  \"level\": \"loud\",\n  \"x\": 1}"))
        let error = try #require(
            jsonError {
                try reader.object { reader, key in
                    guard key == "level" else { return }
                    let text = try reader.string()
                    throw reader.failure("one of low, high", found: text)
                }
            })
        #expect(error.description == "line 2, column 12 (offset 13), at /level: expected one of low, high, found loud")
        #expect(error.code == .value)
        var other = JSONReader(utf8("{\"a\":{},\n\"nam\":1}"))
        let unknown = try #require(
            jsonError {
                try other.object { reader, key in
                    guard key != "a" else { return }
                    throw reader.failure("a known field", found: key.string)
                }
            })
        #expect(unknown.position == JSONPosition(line: 2, column: 1, offset: 9))
    }

    @Test func aMissingFieldIsPlacedAtItsObject() throws {
        struct Named: JSONDecodable {
            init(from reader: inout JSONReader) throws {
                var name: String?
                try reader.object { reader, key in
                    switch key {
                    case "name": name = try reader.string()
                    default: try reader.skip()
                    }
                }
                _ = try reader.require(name, "name")
            }
        }
        let error = try #require(jsonError { try [Named](json: utf8("[{\"name\":\"a\"},\n {\"nam\":[{}]}]")) })
        #expect(error.code == .missingField)
        #expect(error.description == "line 2, column 2 (offset 16), at /1: expected the field \"name\", found an object without it")
    }

    @Test func kindsAreSeenBeforeTheyAreRead() throws {
        var reader = JSONReader(utf8(" [null,true,-1,\"a\",[],{}]"))
        #expect(try reader.peek() == .array)
        var kinds: [JSONKind] = []
        try reader.array { kinds.append(try $0.peek()) }
        #expect(kinds == JSONKind.allCases)
    }

    @Test(arguments: JSONKind.allCases)
    func eachReadRefusesTheOtherKinds(_ kind: JSONKind) throws {
        let samples: [JSONKind: String] = [.null: "null", .bool: "true", .number: "1", .string: "\"a\"", .array: "[]", .object: "{}"]
        let reads: [JSONKind: (inout JSONReader) throws -> Void] = [
            .bool: { _ = try $0.bool() }, .number: { _ = try $0.number() }, .string: { _ = try $0.string() },
            .array: { try $0.array { _ in } }, .object: { try $0.object { _, _ in } },
        ]
        for (expected, read) in reads where expected != kind {
            var reader = JSONReader(utf8(try #require(samples[kind])))
            let error = try #require(jsonError { try read(&reader) })
            #expect(error.code == .type && error.found == kind.description && error.expected == expected.description)
        }
        var reader = JSONReader(utf8(try #require(samples[kind])))
        #expect(try reader.null() == (kind == .null))
        if kind != .null { try reader.skip() }
        try reader.end()
    }

    @Test func rawIsTheValueByteForByte() throws {
        var reader = JSONReader(utf8("{ \"a\" :  { \"x\" : [ 1.50 , \"\\u0041\" ] }  , \"b\": 7 }"))
        var raws: [String] = []
        try reader.object { reader, _ in raws.append(text(try reader.raw())) }
        #expect(raws == ["{ \"x\" : [ 1.50 , \"\\u0041\" ] }", "7"])
        var wrong = JSONReader(utf8("[1,]"))
        #expect(jsonError { try wrong.raw() }?.code == .syntax)
    }

    @Test func nullIsReadAsNil() throws {
        var reader = JSONReader(utf8("[null, 5]"))
        var values: [Int?] = []
        try reader.array { values.append(try $0.decodeIfPresent()) }
        #expect(values == [nil, 5])
        var end = JSONReader(utf8(""))
        #expect(jsonError { try end.null() }?.code == .empty)
    }

    @Test func identifiersAreReadInEitherCase() throws {
        let id = try #require(UUID(uuidString: "01234567-89AB-CDEF-0123-456789ABCDEF"))
        #expect(try UUID(json: utf8("\"01234567-89ab-cdef-0123-456789abcdef\"")) == id)
        #expect(try UUID(json: utf8("\"01234567-89AB-CDEF-0123-456789ABCDEF\"")) == id)
        #expect(try UUID(json: utf8("\"\\u00301234567-89ab-cdef-0123-456789abcdef\"")) == id)
        #expect(text(id.encoded()) == "\"01234567-89ab-cdef-0123-456789abcdef\"")
        var random = SeededRandom(seed: 4)
        for _ in 0..<500 {
            let id = UUID(uuid: randomUUID(&random))
            #expect(text(id.encoded()) == "\"\(id.uuidString.lowercased())\"")
            #expect(try UUID(json: id.encoded()) == id)
        }
    }

    private func randomUUID(_ random: inout SeededRandom) -> uuid_t {
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &bytes) { for index in 0..<16 { $0[index] = UInt8(random.below(256)) } }
        return bytes
    }

    @Test(arguments: [
        "", "x", "01234567-89ab-cdef-0123-456789abcde", "01234567-89ab-cdef-0123-456789abcdef0", "0123456789abcdef0123456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdeg", "01234567_89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcde\u{e9}",
        "0123456-789ab-cdef-0123-456789abcdef", "{1234567-89ab-cdef-0123-456789abcde}", "01234567-89ab-cdef-0123-45678\\n9abcdef",
    ])
    func anotherTextIsNoIdentifier(_ text: String) throws {
        let error = try #require(jsonError { try UUID(json: utf8("\"\(text)\"")) })
        #expect(error.code == .value && error.position.offset == 0)
    }

    @Test func stringsAndMapsAreRead() throws {
        var strings = JSONReader(utf8("[\"a\",\"\\n\",\"\"]"))
        #expect(try strings.strings() == ["a", "\n", ""])
        var map = JSONReader(utf8("{\"a\":\"1\",\"b\":\"\\u00e9\"}"))
        #expect(try map.stringMap() == ["a": "1", "b": "é"])
        #expect(try [String: [Int]](json: utf8("{\"a\":[1],\"b\":[]}")) == ["a": [1], "b": []])
        var wrong = JSONReader(utf8("{\"a\":\"1\",\"b\":2}"))
        #expect(jsonError { try wrong.stringMap() }?.pointer?.description == "/b")
    }

    @Test func aCopyReadsOnItsOwn() throws {
        var reader = JSONReader(utf8("[1,2]"))
        var copy = reader
        #expect(try reader.decodeArray(of: Int.self) == [1, 2])
        #expect(try copy.decodeArray(of: Int.self) == [1, 2])
    }

    @Test(arguments: [
        ("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\u{8}\u{c}\n\r\t"), ("\\u0000", "\0"), ("\\u00e9\\u00E9", "éé"), ("\\u20AC", "€"),
        ("\\ud83d\\ude00", "😀"), ("\\uD800\\uDC00", "\u{10000}"), ("\\udbff\\udfff", "\u{10FFFF}"), ("\\uffff\\ufffe", "\u{FFFF}\u{FFFE}"),
        ("\u{7F}", "\u{7F}"), ("aé€😀", "aé€😀"),
        ("a long text of plain ASCII \\u0041 and é then more", "a long text of plain ASCII A and é then more"),
        ("e\u{301}", "e\u{301}"), ("\u{2028}\u{2029}\u{FEFF}", "\u{2028}\u{2029}\u{FEFF}"),
    ])
    func stringsAreUnescaped(_ written: String, _ expected: String) throws {
        let value = try String(json: utf8("\"\(written)\""))
        #expect(utf8(value) == utf8(expected))
        let map = try [String: Int](json: utf8("{\"\(written)\":1}"))
        #expect(map.keys.map(utf8) == [utf8(expected)])
    }
}
