import FoundationEssentials
import JSON
import Testing

@testable import JobModel

/// Files under `Tests/Fixtures`.
enum Fixture {
    static func bytes(_ path: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: tests.appending(path: "Fixtures/\(path)")))
    }

    static func document(_ path: String) throws -> JSONNode {
        try JSONDocument(parsing: try bytes(path)).root
    }
}

/// What a manifest says of one file.
struct ManifestCase: Sendable, CustomTestStringConvertible {
    let file: String
    let isAccepted: Bool
    /// The HTTP status recommended for a file that is refused.
    let status: Int?
    let pointers: Set<String>
    /// The pointers are some of those to be named.
    let isPartial: Bool

    var testDescription: String { file }

    /// The cases of `templates/<folder>/manifest.json`; none when it cannot be read, which a test of its own notices.
    static func load(_ folder: String) -> [ManifestCase] {
        let cases = try? Fixture.document("templates/\(folder)/manifest.json")["cases"]?.elements
        return (cases ?? []).compactMap { node in
            guard let file = node["file"]?.text else { return nil }
            let several = node["errorPointers"]?.elements?.compactMap(\.text)
            let one = node["pointer"]?.text.map { [$0] }
            return ManifestCase(
                file: "\(folder)/\(file)", isAccepted: node["expect"]?.text == "accept" || node["statusClass"]?.text == "2xx",
                status: node["recommendedStatus"]?.integer, pointers: Set(several ?? one ?? []), isPartial: file.contains("not-a-job"))
        }
    }

    static let accepted = (load("real") + load("edge")).filter(\.isAccepted)
    static let refused = (load("real") + load("invalid")).filter { !$0.isAccepted }

    func reading() throws -> TemplateReading { TemplateReader.read(try Fixture.bytes("templates/\(file)")) }
}

extension JSONNode {
    var integer: Int? {
        if case .number(let number) = kind { number.int } else { nil }
    }

    var flag: Bool? {
        if case .bool(let value) = kind { value } else { nil }
    }
}

extension TemplateReading {
    /// The HTTP status that the kinds of the problems ask for.
    var status: Int {
        let kinds = Set(problems.map(\.kind))
        if kinds.contains(.tooLarge) { return 413 }
        if kinds.contains(.invalid) { return 422 }
        return kinds.isEmpty ? 200 : 400
    }

    var pointers: Set<String> { Set(problems.map(\.pointer.description)) }
}
