import JSON
import JobModel
import TemplateYAML
import Testing

@testable import CourierCore

@Suite struct OutputTests {
    @Test func jsonKeepsTheOrderOfFields() throws {
        let node = try JSONNode.parse(Array(#"{"z":1.50,"a":[],"b":{"x":[1,"\u0007é\u009b"]},"c":{}}"#.utf8))
        #expect(
            PrettyJSON.text(node) == """
                {
                  "z": 1.50,
                  "a": [],
                  "b": {
                    "x": [
                      1,
                      "\\u0007é\\u009b"
                    ]
                  },
                  "c": {}
                }
                """)
        #expect(try JSONNode.parse(Array(PrettyJSON.text(node).utf8)).value == node.value)
    }

    @Test(arguments: [
        "no", "1", "1.5", "null", "~", "", "true", "2026-01-01T00:00:00Z", "a: b", "- x", "# c", "y", "0x1F", "<<", " lead", "multi\nline",
        "multi\nline\n", "é👍",
    ])
    func yamlTextsStayTexts(text: String) throws {
        let yaml = try YAMLText.text(.object([("value", .text(text)), ("after", .number(1))]))
        let read = try #require(TemplateDocument(yaml: Array(yaml.utf8)).root)
        #expect(read["value"]?.text == text)
        #expect(read["after"]?.int == 1)
    }

    @Test func yamlOfOtherValues() throws {
        let node = JSONNode.object([
            ("z", .null), ("b", .bool(true)), ("i", .number(5)), ("l", .array([])), ("o", .object([])), ("s", .array([.text("x")])),
        ])
        let yaml = try YAMLText.text(node)
        #expect(yaml == "z: null\nb: true\ni: 5\nl: []\no: {}\ns:\n- x\n")
    }

    @Test func outputIsPutTogetherInOrder() throws {
        let item = try JSONNode.parse(
            Array(
                """
                {"chunks":[{"step":1,"attempt":1,"stream":"stdout","offset":3,"text":"def"},
                {"step":1,"attempt":1,"stream":"stderr","offset":0,"base64":"/w=="},
                {"step":1,"attempt":1,"stream":"stdout","offset":0,"text":"abc"},
                {"step":1,"attempt":1,"stream":"stdout","offset":2,"text":"cd"},
                {"step":1,"attempt":1,"stream":"stdout","offset":10,"text":"end"}]}
                """.utf8))
        let output = RunOutput(item)
        #expect(output.parts.map(\.isError) == [false, true])
        #expect(String(decoding: output.parts[0].bytes, as: UTF8.self) == "abcdef\n[… 4 bytes left out …]\nend")
        #expect(output.parts[1].bytes == [0xFF])
    }

    @Test func aPartOfAStreamBeginsWhereItBegins() throws {
        let item = try JSONNode.parse(
            Array(
                """
                {"chunks":[{"step":1,"attempt":1,"stream":"stdout","offset":7,"text":"def"},
                {"step":1,"attempt":1,"stream":"stdout","offset":12,"text":"end"}]}
                """.utf8))
        #expect(
            RunOutput(item, isPart: true).parts.map { String(decoding: $0.bytes, as: UTF8.self) } == ["def\n[… 2 bytes left out …]\nend"])
    }
}
