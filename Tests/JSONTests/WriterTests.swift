import FoundationEssentials
import JSON
import Testing

@Suite struct WriterTests {
    @Test func everyKindOfValueIsWritten() throws {
        var writer = JSONWriter(capacity: 0)
        let nothing: Int? = nil
        let id = try #require(UUID(uuidString: "01234567-89ab-cdef-0123-456789abcdef"))
        writer.object { writer in
            writer.field("text", "a")
            writer.field("part", "xyz".dropFirst())
            writer.field("yes", true)
            writer.field("no", false)
            writer.field("int", -5)
            writer.field("int64", Int64.max)
            writer.field("double", 2.5)
            writer.field("id", id)
            writer.field("absent", ifPresent: nothing)
            writer.field("present", ifPresent: Optional(1))
            writer.field("list", [1, 2])
            writer.field("texts", ["a", "b"])
            writer.field("map", ["b": "2", "a": "1"])
            writer.field("raw", raw: utf8("[ 1 ]"))
            writer.field("value", ["z": nil, "a": [1, true]] as JSONValue)
            writer.key("null")
            writer.null()
            writer.key("dynamic \(1)")
            writer.array { writer in
                writer.value("a")
                writer.object { _ in }
                writer.array { _ in }
                writer.raw(utf8("0"))
                writer.value([1.5])
            }
        }
        let expected =
            #"{"text":"a","part":"yz","yes":true,"no":false,"int":-5,"int64":9223372036854775807,"double":2.5,"#
            + #""id":"01234567-89ab-cdef-0123-456789abcdef","present":1,"list":[1,2],"texts":["a","b"],"map":{"a":"1","b":"2"},"#
            + #""raw":[ 1 ],"value":{"a":[1,true],"z":null},"null":null,"dynamic 1":["a",{},[],0,[1.5]]}"#
        #expect(text(writer.bytes) == expected)
    }

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"), ("\u{8}\u{c}\n\r\t", #"\b\f\n\r\t"#),
        ("\0\u{1}\u{1f}\u{7f}", "\\u0000\\u0001\\u001f\u{7f}"), ("é€😀", "é€😀"), ("\u{2028}", "\u{2028}"), ("\r\n", #"\r\n"#),
        ("eight by\"te words are \\ scanned", #"eight by\"te words are \\ scanned"#), ("\n\n\n\n\n\n\n\n\n\n", #"\n\n\n\n\n\n\n\n\n\n"#),
    ])
    func stringsAreEscapedWhereNeeded(_ value: String, _ expected: String) throws {
        #expect(text(value.encoded()) == "\"\(expected)\"")
        #expect(text([value: 1].encoded()) == "{\"\(expected)\":1}")
        #expect(utf8(try String(json: value.encoded())) == utf8(value))
    }

    @Test func everyPlaceInAWordIsSearched() throws {
        for length in 0...24 {
            for special in ["\"", "\\", "\n", "\0", "é", "\u{7f}", " ", "!", "#", "[", "]"] {
                for place in 0...length {
                    let value = String(repeating: "a", count: place) + special + String(repeating: "b", count: length - place)
                    #expect(try String(json: value.encoded()) == value)
                }
            }
        }
    }

    @Test func aLongTextOutgrowsTheWriter() throws {
        let value = String(repeating: "0123456789\n", count: 10_000)
        #expect(try String(json: value.encoded()) == value)
        var writer = JSONWriter(capacity: 1)
        writer.array { writer in for number in 0..<1_000 { writer.value(number) } }
        #expect(try [Int](json: writer.bytes) == Array(0..<1_000))
    }

    @Test func whatTheBodyThrowsIsPassedOn() {
        struct Stop: Error {}
        var writer = JSONWriter()
        #expect(throws: Stop.self) { try writer.object { _ in throw Stop() } }
        #expect(throws: Stop.self) { try writer.array { _ in throw Stop() } }
    }

    @Test func aValueInOneLineHasNoLineBreak() {
        let value: JSONValue = ["a\nb": ["c\r\n", "\u{b}"]]
        #expect(!value.encoded().contains { $0 < 0x20 })
    }
}
