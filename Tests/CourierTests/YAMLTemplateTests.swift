import FoundationEssentials
import JSON
import JobModel
import Testing

@testable import CourierCore

@Suite(.timeLimit(.minutes(1))) struct YAMLTemplateTests {
    /// What `--format yaml` writes of a template, in block style, is the same template again.
    @Test(arguments: ["edge", "real"]) func whatIsWrittenAsYAMLIsTheSameTemplate(_ folder: String) throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let fixtures = tests.appending(path: "Fixtures/templates/\(folder)")
        let manifest = try JSONNode.parse([UInt8](try Data(contentsOf: fixtures.appending(path: "manifest.json"))))
        var compared = 0
        for item in manifest["cases"]?.elements ?? [] {
            let file = try #require(item["file"]?.text)
            let bytes = [UInt8](try Data(contentsOf: fixtures.appending(path: file)))
            guard let template = TemplateReader.read(bytes).template else { continue }
            let yaml = try YAMLText.text(try JSONNode.parse(bytes))
            let reading = TemplateFile(name: "template.yaml", bytes: Array(yaml.utf8)).reading
            #expect(reading.template == template, "\(file): \(reading.problems)")
            compared += 1
        }
        #expect(compared > 0)
    }
}
