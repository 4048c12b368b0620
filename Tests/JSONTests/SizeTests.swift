import JSON
import Testing

/// Documents that are large in one way each: with anything but linear work, these would take hours.
@Suite(.timeLimit(.minutes(1)))
struct SizeTests {
    private func read(_ bytes: [UInt8], _ limits: JSONLimits = .init()) throws -> JSONValue {
        let value = try JSONValue(json: bytes, limits: limits)
        var reader = JSONReader(bytes, limits: limits)
        try reader.skip()
        try reader.end()
        return value
    }

    @Test func tenThousandNestedArraysAreRefusedAtTheLimit() throws {
        for opening in ["[", "{\"a\":", "[{\"a\":"] {
            let error = try #require(jsonError { try read(utf8(String(repeating: opening, count: 10_000)), JSONLimits(depth: 10_000)) })
            #expect(error.code == .depth)
            #expect(error.pointer?.tokens.count == JSONLimits.deepest)
        }
    }

    @Test func aHundredThousandKeysAreTold() throws {
        let keys = (0..<100_000).map { "\"key \($0)\":0" }.joined(separator: ",")
        #expect(try read(utf8("{\(keys)}")).members?.count == 100_000)
        #expect(jsonError { try read(utf8("{\(keys),\"key 99999\":1}")) }?.code == .duplicateKey)
    }

    @Test func keysThatShareTheirBeginningAndEndAreTold() throws {
        let middle = String(repeating: "x", count: 64)
        let keys = (0..<5_000).map { "\"\(middle)\($0 + 10_000)\(middle)\":0" }.joined(separator: ",")
        #expect(try read(utf8("{\(keys)}")).members?.count == 5_000)
    }

    @Test func aMegabyteOfEscapesIsRead() throws {
        let count = 1 << 17
        #expect(try read(utf8("\"" + String(repeating: "\\u00e9\\n", count: count) + "\"")).text?.unicodeScalars.count == 2 * count)
        #expect(try read(utf8("{\"" + String(repeating: "\\ud83d\\ude00", count: count) + "\":1}")).members?.count == 1)
        #expect(jsonError { try read(utf8("\"" + String(repeating: "\\\"", count: count))) }?.code == .unexpectedEnd)
    }

    private func marks(_ count: Int) -> String {
        String(String.UnicodeScalarView((0..<count).map { $0 % 2 == 0 ? "\u{300}" : "\u{323}" }))
    }

    @Test func endlessCombiningMarksInKeysAreRefused() throws {
        let escaped = String(repeating: "\\u0300\\u0323", count: 10_000)
        for many in [marks(20_000), escaped, marks(31)] {
            for source in ["{\"a\(many)\":1,\"b\(many)\":2}", "{\"a\":1,\"\(many)\":2}"] {
                #expect(jsonError { try read(utf8(source)) }?.code == .value)
                #expect(jsonError { try JSONDocument(parsing: utf8(source)) }?.code == .value)
            }
        }
        #expect(try read(utf8("[\"\(marks(20_000))\"]")).elements?.count == 1)
    }

    @Test func manyCombiningMarksInPortionsAreRead() throws {
        let key = String(repeating: "a" + marks(30), count: 1_000)
        #expect(try read(utf8("{\"x\(key)\":1,\"y\(key)\":2}")).members?.count == 2)
        #expect(jsonError { try read(utf8("{\"\(key)\":1,\"\(key)\":2}")) }?.code == .duplicateKey)
    }

    @Test func numbersOfAMegabyteAreRead() throws {
        let digits = String(repeating: "7", count: 1 << 20)
        func number(_ literal: String) throws -> JSONNumber { try #require(JSONNumber(literal)) }
        #expect(try number("1" + digits) == number("1" + digits + ".0"))
        #expect(try number("1e\(digits)") < number("1e1\(digits)"))
        #expect(jsonError { try Int(json: utf8(digits)) }?.code == .numberRange)
        #expect(jsonError { try Int(json: utf8("1e-\(digits)")) }?.code == .notInteger)
        #expect(try Double(json: utf8("0.\(digits)")) == 7.0 / 9)
        #expect(try #require(JSONNumber("0." + String(repeating: "0", count: 1 << 20) + "1")) > JSONNumber(0))
    }

    @Test func aMegabyteOfWhiteSpaceIsPassedOver() throws {
        let space = String(repeating: " \n\r\t", count: 1 << 18)
        #expect(try read(utf8(space + "[\(space)1\(space),\(space)2\(space)]" + space)) == [1, 2])
        #expect(jsonError { try read(utf8(space)) }?.code == .empty)
    }

    @Test func manyErrorsThatAreSwallowedStayCheap() throws {
        let nested = String(repeating: "[", count: 60) + "\"x\"" + String(repeating: "]", count: 60)
        func tolerant(_ reader: inout JSONReader) throws {
            if try reader.peek() == .array { try reader.array { reader in try? tolerant(&reader) } } else { _ = try reader.int() }
        }
        var reader = JSONReader(utf8("[" + Array(repeating: nested, count: 500).joined(separator: ",") + "]"))
        try tolerant(&reader)
        try reader.end()
    }
}
