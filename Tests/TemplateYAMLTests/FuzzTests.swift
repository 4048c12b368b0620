import FoundationEssentials
import JobModel
import TemplateYAML
import TestSupport
import Testing

/// Bytes that are nearly templates, read as JSON, as YAML and as templates of the gallery: whatever comes is answered with a template or with
/// problems, and what is accepted is read back unchanged. `templates-benchmark fuzz` does the same ten million times.
@Suite struct FuzzTests {
    @Test func whateverComesIsAnswered() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        var inputs = try DamagedTemplates(fixtures: tests.appending(path: "Fixtures/templates").path, seed: 7)
        var accepted = 0
        for round in 0..<500 {
            let bytes = inputs.next()
            for document in [TemplateDocument(json: bytes), TemplateDocument(yaml: bytes)] {
                let reading = TemplateReader.read(document)
                #expect(DamagedTemplates.fault(of: reading) == nil, "round \(round)")
                if reading.template != nil { accepted += 1 }
            }
            let gallery = GalleryTemplate.read(
                TemplateDocument(json: Array(#"{"name": "g", "parameters": {"x": {"type": "text"}}, "job": "#.utf8) + bytes + [0x7D]))
            #expect((gallery.template == nil) == !gallery.problems.isEmpty, "round \(round)")
        }
        #expect(accepted > 0)
    }
}
