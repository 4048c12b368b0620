import JSON
import Testing

@testable import JobModel

@Suite struct TemplateManifestTests {
    @Test func theManifestsAreThere() {
        #expect(ManifestCase.accepted.count == 46)
        #expect(ManifestCase.refused.count >= 90)
    }

    @Test(arguments: ManifestCase.accepted)
    func aValidTemplateIsAccepted(_ item: ManifestCase) throws {
        let reading = try item.reading()
        #expect(reading.problems.map(\.description) == [])
        #expect(reading.template != nil)
    }

    @Test(arguments: ManifestCase.accepted)
    func theCanonicalFormIsReadBackAsItIs(_ item: ManifestCase) throws {
        let template = try #require(try item.reading().template)
        let again = TemplateReader.read(template.encoded())
        #expect(again.template == template)
        #expect(again.problems.map(\.description) == [])
        #expect(again.warnings.map(\.description) == [])
        #expect(try JobTemplate(json: template.encoded()) == template)
    }

    /// Exactly the pointers named, each with a place in the text and all texts filled in. YAML read as JSON is refused with 400, where the
    /// manifest has 415: the format is the caller's to tell.
    @Test(arguments: ManifestCase.refused)
    func anInvalidTemplateIsRefusedForTheReasonNamed(_ item: ManifestCase) throws {
        let reading = try item.reading()
        #expect(reading.template == nil)
        if item.isPartial {
            #expect(reading.pointers.isSuperset(of: item.pointers))
        } else {
            #expect(reading.pointers == item.pointers, "\(reading.problems)")
        }
        #expect(reading.status == (item.status == 415 ? 400 : item.status))
        for problem in reading.problems {
            #expect(problem.position != nil)
            #expect(!problem.message.isEmpty && !problem.expected.isEmpty && !problem.found.isEmpty)
        }
    }
}
