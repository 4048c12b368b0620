import JSON
import Testing

@Suite struct StrictnessTests {
    @Test(arguments: [
        ("", JSONError.Code.empty),
        ("{\"a\":1,\"a\":2}", .duplicateKey),
        ("{\"a\":1,\"\\u0061\":2}", .duplicateKey),
        ("[01]", .number),
        ("[1,]", .syntax),
        ("{} x", .trailingData),
        ("\"\\ud800\"", .surrogate),
        ("\"\\q\"", .escape),
        ("\"a", .unexpectedEnd),
        ("\u{FEFF}{}", .byteOrderMark),
        ("\"\u{01}\"", .controlCharacter),
        (String(repeating: "[", count: 97) + String(repeating: "]", count: 97), .depth),
    ])
    func whatIsNotJSONIsRefused(_ text: String, _ code: JSONError.Code) {
        let error = #expect(throws: JSONError.self, "\(text)") { try JSONDocument(parsing: Array(text.utf8)) }
        #expect(error?.code == code, "\(text)")
        let second = #expect(throws: JSONError.self, "\(text)") { try JSONValue(json: Array(text.utf8)) }
        #expect(second?.code == code, "\(text)")
    }

    @Test func invalidUTF8IsRefused() {
        for bytes: [UInt8] in [[0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xFF, 0x22]] {
            let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: bytes) }
            #expect(error?.code == .utf8)
        }
    }

    @Test func whatIsCutShortIsRefusedAndNeverTraps() throws {
        let bytes = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",null,true],"b":{"c":"ü"}}"#.utf8)
        #expect(throws: Never.self) { try JSONDocument(parsing: bytes) }
        for length in 0..<bytes.count {
            #expect(throws: JSONError.self, "\(length) bytes") { try JSONDocument(parsing: Array(bytes[..<length])) }
        }
    }

    @Test(arguments: ["{\"é\":1,\"e\u{301}\":2}", "{\"K\":1,\"\u{212A}\":2}"])
    func equivalentKeysAreToldApartButNotHeldByString(_ text: String) throws {
        var reader = JSONReader(Array(text.utf8))
        var sum = 0
        try reader.object { reader, _ in sum += try reader.int() }
        try reader.end()
        #expect(sum == 3)
        let reads: [(inout JSONReader) throws -> Void] = [
            { _ = try $0.value() }, { _ = try [String: Int](from: &$0) }, { _ = try $0.fields() },
        ]
        for read in reads {
            var reader = JSONReader(Array(text.utf8))
            let error = #expect(throws: JSONError.self) { try read(&reader) }
            #expect(error?.code == .duplicateKey && reader.offset == 0)
        }
        #expect(#expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8)) }?.code == .duplicateKey)
    }

    @Test(
        arguments: [("[nu]", .syntax, 1), ("nu", .unexpectedEnd, 2), ("[t", .unexpectedEnd, 2), ("tr,", .syntax, 0), ("fals ", .syntax, 0)]
            as [(String, JSONError.Code, Int)])
    func aWordIsCutShortOnlyAtTheEnd(_ text: String, _ code: JSONError.Code, _ offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8)) }
        #expect(error?.code == code && error?.position.offset == offset)
    }

    @Test func aDefectIsPlacedByLineAndColumn() {
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: Array("{\n  \"a\": 01\n}".utf8)) }
        #expect(error?.position.line == 2)
    }

    @Test func changedBytesNeverTrapAndWhatIsAcceptedIsWrittenBack() throws {
        let original = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",null,true],"b":{"c":"ü","d":[[],{}]}}"#.utf8)
        var random: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0...next(3) { bytes[next(bytes.count)] = UInt8(next(256)) }
            let document = try? JSONDocument(parsing: bytes)
            let value = try? JSONValue(json: bytes)
            #expect((document == nil) == (value == nil))
            guard let value else { continue }
            accepted += 1
            #expect(try JSONValue(json: value.encoded()) == value)
        }
        #expect(accepted > 100)
    }
}
