import JSON
import Testing

/// Every defect, with the place it is reported at; the reader's ways through a document have to agree on it.
@Suite struct DefectPlaceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let code: JSONError.Code
        let line: Int
        let column: Int
        let offset: Int

        init(_ text: String, _ code: JSONError.Code, _ line: Int, _ column: Int, _ offset: Int) {
            self.text = text
            self.code = code
            self.line = line
            self.column = column
            self.offset = offset
        }

        var testDescription: String { "\(code): \(text.debugDescription)" }
    }

    static let structure = [
        Case("", .empty, 1, 1, 0), Case(" \n ", .empty, 2, 2, 3),
        Case("[1,]", .syntax, 1, 4, 3), Case("[,1]", .syntax, 1, 2, 1), Case("[1 2]", .syntax, 1, 4, 3), Case("[1}", .syntax, 1, 3, 2),
        Case("{a:1}", .syntax, 1, 2, 1), Case("{'a':1}", .syntax, 1, 2, 1), Case("{\"a\" 1}", .syntax, 1, 6, 5),
        Case("{\"a\":1,}", .syntax, 1, 8, 7), Case("{\"a\":}", .syntax, 1, 6, 5), Case("{1:2}", .syntax, 1, 2, 1),
        Case("[\n  // no\n]", .syntax, 2, 3, 4), Case("[True]", .syntax, 1, 2, 1),
        Case("[nul]", .syntax, 1, 2, 1), Case("[trux]", .syntax, 1, 2, 1),
        Case("tru", .unexpectedEnd, 1, 4, 3), Case("[", .unexpectedEnd, 1, 2, 1), Case("{\"a\"", .unexpectedEnd, 1, 5, 4),
        Case("{\"a\":1", .unexpectedEnd, 1, 7, 6), Case("\"abc", .unexpectedEnd, 1, 5, 4), Case("\"a\\", .unexpectedEnd, 1, 4, 3),
        Case("1 2", .trailingData, 1, 3, 2), Case("{}]", .trailingData, 1, 3, 2), Case("nullx", .trailingData, 1, 5, 4),
        Case("[]\r\n\r\nx", .trailingData, 3, 1, 6), Case("[1]\u{0}", .trailingData, 1, 4, 3),
        Case("\u{FEFF}[]", .byteOrderMark, 1, 1, 0), Case("[\u{A0}1]", .syntax, 1, 2, 1),
    ]

    static let strings = [
        Case("\"a\u{1}\"", .controlCharacter, 1, 3, 2), Case("\"a\nb\"", .controlCharacter, 1, 3, 2),
        Case("\"é\u{1F}\"", .controlCharacter, 1, 3, 3),
        Case("\"\\x\"", .escape, 1, 2, 1), Case("\"\\u12g4\"", .escape, 1, 6, 5), Case("\"\\U0041\"", .escape, 1, 2, 1),
        Case("\"\\ud800\"", .surrogate, 1, 2, 1), Case("\"a\\udc00\"", .surrogate, 1, 3, 2),
        Case("\"\\ud800\\u0041\"", .surrogate, 1, 2, 1), Case("\"\\ud800\\ud800\"", .surrogate, 1, 2, 1),
    ]

    static let numbers = [
        Case("[01]", .number, 1, 3, 2), Case("[-]", .number, 1, 3, 2), Case("[1.]", .number, 1, 4, 3), Case("[1.e1]", .number, 1, 4, 3),
        Case("[1e]", .number, 1, 4, 3), Case("[1e+]", .number, 1, 5, 4), Case("[0x10]", .number, 1, 3, 2), Case("[-01]", .number, 1, 4, 3),
        Case("[--1]", .number, 1, 3, 2), Case("[1.5.2]", .syntax, 1, 5, 4), Case("[-", .unexpectedEnd, 1, 3, 2),
        Case("1e", .unexpectedEnd, 1, 3, 2), Case("[-Infinity]", .number, 1, 3, 2),
    ]

    static let keys = [
        Case(#"{"a":1,"a":2}"#, .duplicateKey, 1, 8, 7), Case(#"{"a":1,"\u0061":2}"#, .duplicateKey, 1, 8, 7),
        Case(#"{"\u0061":1,"a":2}"#, .duplicateKey, 1, 13, 12), Case(#"{"/":1,"\/":2}"#, .duplicateKey, 1, 8, 7),
        Case(#"{"é":1,"\u00e9":2}"#, .duplicateKey, 1, 8, 8),
        Case(#"{"😀":1,"\ud83d\ude00":2}"#, .duplicateKey, 1, 8, 10), Case(#"{"":1,"":2}"#, .duplicateKey, 1, 7, 6),
        Case("[{\n\"a\":1,\n\"a\":2}]", .duplicateKey, 3, 1, 10),
    ]

    @Test(arguments: structure + strings + numbers + keys)
    func aDefectIsNamedAndPlaced(_ defect: Case) throws {
        let bytes = Array(defect.text.utf8)
        let error = try #require(refusal { _ = try JSONDocument(parsing: bytes) })
        #expect(error.code == defect.code)
        #expect(error.position == JSONPosition(line: defect.line, column: defect.column, offset: defect.offset))
        #expect(refusal { _ = try JSONValue(json: bytes) } == error)
        let skipped = refusal {
            var reader = JSONReader(bytes)
            try reader.skip()
            try reader.end()
        }
        #expect(skipped?.position == error.position)
    }

    @Test(
        arguments: [
            ([0x22, 0x80, 0x22], 1), ([0x22, 0x61, 0xC0, 0x80, 0x22], 2), ([0x22, 0xC1, 0xBF, 0x22], 1), ([0x22, 0xC3, 0x22], 1),
            ([0x22, 0xE0, 0x9F, 0x80, 0x22], 1), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1), ([0x22, 0xE2, 0x82, 0x22], 1),
            ([0x22, 0xF0, 0x8F, 0x80, 0x80, 0x22], 1), ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
            ([0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], 1),
            ([0x22, 0xFF, 0x22], 1), ([0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D], 2),
        ] as [([UInt8], Int)])
    func bytesThatAreNotUTF8AreRefused(_ bytes: [UInt8], _ offset: Int) {
        let error = refusal { _ = try JSONValue(json: bytes) }
        #expect(error?.code == .utf8)
        #expect(error?.position.offset == offset)
    }

    @Test(arguments: ["\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}"])
    func theEdgesOfUTF8AreAccepted(_ text: String) throws {
        #expect(try String(json: Array("\"\(text)\"".utf8)).unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test(
        arguments: [
            [0xFE, 0xFF, 0x00, 0x5B, 0x00, 0x5D], [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00], [0x5B, 0x00, 0x5D, 0x00], [0x00, 0x5B, 0x00, 0x5D],
            [0xFF, 0xFE, 0x00, 0x00, 0x5B, 0x00, 0x00, 0x00], [0x00, 0x00, 0x00, 0x5B],
        ] as [[UInt8]])
    func otherEncodingsAreNamed(_ bytes: [UInt8]) {
        #expect(refusal { _ = try JSONValue(json: bytes) }?.code == .encoding)
    }

    @Test func theErrorPointsToTheValue() throws {
        let bytes = Array(#"{"a/b":[0,{"c~":"\q"}]}"#.utf8)
        let error = try #require(refusal { _ = try JSONValue(json: bytes) })
        #expect(error.pointer?.description == "/a~1b/1/c~0")
        let duplicate = refusal { _ = try JSONValue(json: Array(#"{"x":{"k":1,"k":2}}"#.utf8)) }
        #expect(duplicate?.pointer?.description == "/x/k")
    }
}

/// The error that `body` throws; `nil` when it throws none.
func refusal(_ body: () throws -> Void) -> JSONError? {
    do {
        try body()
        return nil
    } catch {
        return error as? JSONError
    }
}
