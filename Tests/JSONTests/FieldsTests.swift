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
}
