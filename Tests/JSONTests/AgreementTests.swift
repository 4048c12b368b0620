import JSON
import Testing

/// Properties of random values and of random damage.
@Suite struct AgreementTests {
    @Test func whatIsWrittenReadsBack() throws {
        var source = RandomJSON(seed: 1)
        for _ in 0..<1500 {
            let value = source.value(depth: 4)
            let bytes = value.encoded()
            #expect(try JSONValue(json: bytes) == value)
            #expect(try JSONDocument(parsing: bytes).root.value == value)
            #expect(try JSONValue(json: bytes).encoded() == bytes)
            #expect(!bytes.contains(UInt8(ascii: "\n")))
            var reader = JSONReader(bytes)
            #expect(try reader.raw() == bytes)
        }
    }

    @Test func allWaysThroughADamagedDocumentAgree() throws {
        var source = RandomJSON(seed: 2)
        var refused = 0
        var accepted = 0
        for _ in 0..<6000 {
            let bytes = source.mutated(source.value(depth: 3).encoded())
            let text = String(decoding: bytes, as: UTF8.self)
            let byDocument = refusal { _ = try JSONDocument(parsing: bytes) }
            let byValue = refusal { _ = try JSONValue(json: bytes) }
            let bySkipping = refusal {
                var reader = JSONReader(bytes)
                try reader.skip()
                try reader.end()
            }
            #expect(byDocument == byValue, "\(text)")
            #expect(bySkipping?.position == byValue?.position, "\(text)")
            if let error = byValue {
                refused += 1
                #expect((0...bytes.count).contains(error.position.offset), "\(text)")
                #expect(error.position == JSONPosition(of: error.position.offset, in: bytes), "\(text)")
            } else {
                accepted += 1
                let value = try JSONValue(json: bytes)
                #expect(try JSONValue(json: value.encoded()) == value, "\(text)")
            }
        }
        #expect(refused > 500 && accepted > 500)
    }

    @Test func aFailedReadLeavesTheReaderWhereItWas() throws {
        var reader = JSONReader(Array(#"[{"a":[1,"x"]},7]"#.utf8))
        #expect(refusal { _ = try reader.stringMap() }?.code == .type)
        #expect(reader.offset == 0)
        #expect(refusal { try reader.array { _ = try $0.int() } }?.code == .type)
        #expect(try reader.value() == [["a": [1, "x"]], 7])
        #expect(throws: Never.self) { try reader.end() }
    }
}
