import JSON
import Testing

@Suite struct EncodingTests {
    @Test(
        arguments: [
            ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0xC1, 0xBF, 0x22], 1), ([0x22, 0xE0, 0x9F, 0xBF, 0x22], 1),
            ([0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], 1), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1), ([0x22, 0xED, 0xBF, 0xBF, 0x22], 1),
            ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1), ([0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], 1), ([0x22, 0xFF, 0x22], 1),
            ([0x22, 0x80, 0x22], 1), ([0x22, 0x61, 0xBF, 0x22], 2), ([0x22, 0xC3, 0x22], 1), ([0x22, 0xE2, 0x82, 0x22], 1),
            ([0x22, 0xF0, 0x9F, 0x98, 0x22], 1), ([0x22, 0xC3, 0xA9, 0xC3, 0x28, 0x22], 3), ([0x22, 0xE2, 0x82], 1),
            ([0x22, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xE2, 0x28, 0xA1, 0x22], 10),
            ([0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D], 2),
        ] as [([UInt8], Int)])
    func bytesThatAreNotUTF8AreRefused(_ bytes: [UInt8], _ offset: Int) throws {
        let error = try #require(jsonError { try JSONDocument(parsing: bytes) })
        #expect(error.code == .utf8 && error.position.offset == offset, "\(error)")
        #expect(jsonError { try JSONValue(json: bytes) } == error)
    }

    /// The standard library says which sequences are UTF-8, all first bytes and the edges of the ranges of the others.
    @Test func whatIsUTF8IsAsTheStandardLibrarySays() {
        let seconds: [UInt8] = [0x20, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
        let others: [UInt8] = [0x20, 0x80, 0xBF]
        for first in UInt8(0x80)...0xFF {
            for second in seconds {
                for third in others {
                    for fourth in others {
                        let bytes = [first, second, third, fourth]
                        let isRight = String(validating: bytes, as: UTF8.self) != nil
                        guard (try? String(json: [0x22] + bytes + [0x22])) != nil else {
                            if isRight { Issue.record("\(bytes) refused") }
                            continue
                        }
                        if !isRight { Issue.record("\(bytes) accepted") }
                    }
                }
            }
        }
    }

    @Test(
        arguments: [
            ([0xEF, 0xBB, 0xBF, 0x7B, 0x7D], .byteOrderMark), ([0xEF, 0xBB, 0xBF], .byteOrderMark),
            ([0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], .encoding), ([0xFE, 0xFF, 0x00, 0x7B, 0x00, 0x7D], .encoding),
            ([0x7B, 0x00, 0x7D, 0x00], .encoding), ([0x00, 0x7B, 0x00, 0x7D], .encoding),
            ([0x22, 0x00, 0x61, 0x00, 0x22, 0x00], .encoding), ([0x7B, 0x00, 0x00, 0x00, 0x7D, 0x00, 0x00, 0x00], .encoding),
            ([0x00, 0x00, 0x00, 0x7B], .encoding), ([0x31, 0x00], .encoding),
        ] as [([UInt8], JSONError.Code)])
    func anotherEncodingIsRecognised(_ bytes: [UInt8], _ code: JSONError.Code) throws {
        let error = try #require(jsonError { try JSONDocument(parsing: bytes) })
        #expect(error.code == code && error.position.offset == 0, "\(error)")
    }

    @Test func theTextOfAnErrorSaysWhatToDo() throws {
        let error = try #require(jsonError { try JSONDocument(parsing: utf8("{\n  \"steps\": [{\"name\": 'a'}]\n}")) })
        #expect(
            error.description
                == "line 2, column 22 (offset 23), at /steps/0/name: expected a value, "
                + "found a single quote; JSON strings stand in double quotes")
    }

    @Test(
        arguments: [
            ("[1,", "/1"), ("{\"a\":", "/a"), ("[1,]", "/1"), ("[1 2]", ""), ("{\"a\":1,}", ""), ("[[],[0,01]]", "/1/1"),
            ("[0,{\"x\":{\"y/z\":1,\n\"y\\/z\":2}}]", "/1/x/y~1z"), ("{\"\":1,\"\":2}", "/"), ("{\"K\":1,\"\u{212A}\":2}", "/K"),
            ("{\"a~b\":{\"\\u0041\":tru}}", "/a~0b/A"), ("{\"a\":1}}", ""),
            (
                "{\"a key of more than thirty-two bytes 1\":1,\"a key of more than thirty-two bytes 1\":1}",
                "/a key of more than thirty-two bytes 1"
            ),
            ("{" + (0..<40).map { "\"k\($0)\":0," }.joined() + "\"k7\":1}", "/k7"),
            ("{" + (0..<40).map { "\"k\($0)\":0," }.joined() + "\"k39\":1}", "/k39"),
        ])
    func anErrorPointsToItsValue(_ source: String, _ pointer: String) throws {
        let error = try #require(jsonError { try JSONDocument(parsing: utf8(source)) })
        #expect(error.pointer?.description == pointer, "\(error)")
        #expect(jsonError { try JSONValue(json: utf8(source)) } == error)
    }
}
