import FoundationEssentials
import JSON
import Testing

@Suite struct FieldsTests {
    @Test func fieldsAreTakenOutByName() throws {
        var reader = JSONReader(Array(#"{"name":"a","count":3,"list":["x","y"],"nothing":null,"unknown":{}}"#.utf8))
        let fields = try reader.fields()
        #expect(try fields("name") == "a")
        #expect(try fields("count") == 3)
        #expect(try fields("list") == ["x", "y"])
        let nothing: String? = try fields.optional("nothing")
        let absent: Int? = try fields.optional("absent")
        #expect(nothing == nil && absent == nil)
    }

    @Test func aMissingFieldIsNamed() throws {
        var reader = JSONReader(Array(#"{"name":"a"}"#.utf8))
        let fields = try reader.fields()
        let error = #expect(throws: JSONError.self) { let _: Int = try fields("count") }
        #expect(error?.code == .missingField)
        #expect("\(try #require(error))".contains("count"))
    }

    private struct Item: JSONCodable, Equatable {
        var id: UUID
        var weight: Double

        init(id: UUID, weight: Double) {
            self.id = id
            self.weight = weight
        }

        init(from reader: inout JSONReader) throws {
            let fields = try reader.fields()
            id = try fields("id")
            weight = try fields("weight")
        }

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("id", id)
                writer.field("weight", weight)
            }
        }
    }

    @Test func everyStandardTypeIsWrittenAndTakenOut() throws {
        let id = UUID()
        let items = [Item(id: id, weight: 0.5)]
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("flag", true)
            writer.field("ids", [id])
            writer.field("numbers", [1, 2])
            writer.field("items", items)
            writer.field("labels", ["a": "b"])
            writer.field("groups", ["g": ["x", "y"], "e": []])
            writer.field("byName", ["i": items[0]])
            writer.field("absent", ifPresent: nil as Int?)
            writer.key("indices")
            writer.value([3, 4])
        }
        var reader = JSONReader(writer.bytes)
        let fields = try reader.fields()
        #expect(try fields("flag") == true)
        #expect(try fields("ids") == [id])
        #expect(try fields("numbers") == [1, 2])
        #expect(try fields("items") == items)
        #expect(try fields("labels") == ["a": "b"])
        #expect(try fields("groups") == ["g": ["x", "y"], "e": []])
        #expect(try fields("byName") == ["i": items[0]])
        #expect(try fields("indices") == [3, 4])
        let flag: Bool? = try fields.optional("flag")
        #expect(flag == true)
        #expect(throws: Never.self) { try reader.end() }
    }

    @Test func anErrorInAFieldIsPlacedInTheDocument() throws {
        let text = "{\"items\":[\n{\"id\":\"00000000-0000-0000-0000-000000000000\",\"weight\":\"x\"}]}"
        let wrongType = try #require(refusal { _ = try [String: [Item]](json: Array(text.utf8)) })
        #expect(wrongType.code == .type)
        #expect(wrongType.pointer?.description == "/items/0/weight")
        #expect(wrongType.position.line == 2)
        #expect(wrongType.position.column == 55)
        let incomplete = try #require(refusal { _ = try [Item](json: Array("[\n {\"weight\":1}]".utf8)) })
        #expect(incomplete.code == .missingField)
        #expect(incomplete.pointer?.description == "/0")
        #expect(incomplete.position == JSONPosition(line: 2, column: 2, offset: 3))
    }

    @Test func theReadersOwnLimitsHoldForFields() throws {
        let depth = 100
        let text = "{\"deep\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        var reader = JSONReader(Array(text.utf8), limits: JSONLimits(depth: depth + 1))
        let fields = try reader.fields()
        let deep: JSONValue = try fields("deep")
        #expect(deep.elements?.count == 1)
    }

    @Test(arguments: ["[]", "1", "{\"a\":1,\"a\":2}", "{\"a\":[1,}"])
    func whatIsNoObjectHasNoFields(_ text: String) {
        var reader = JSONReader(Array(text.utf8))
        #expect(throws: JSONError.self) { try reader.fields() }
    }
}
