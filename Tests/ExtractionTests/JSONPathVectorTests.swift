import Extraction
import Foundation
import JSON
import Testing

/// One case of the compliance test suite.
struct PathVector: Sendable, CustomTestStringConvertible {
    let name: String
    let selector: String
    let isInvalid: Bool
    let document: [UInt8]
    /// The values and places allowed, as JSON.
    let results: [String]
    let places: [[String]]

    var testDescription: String { name }

    init?(_ node: JSONNode) {
        guard let name = node["name"]?.text, let selector = node["selector"]?.text else { return nil }
        self.name = name
        self.selector = selector
        isInvalid = node["invalid_selector"] != nil
        document = node["document"]?.value.encoded() ?? []
        let results = node["results"]?.elements ?? node["result"].map { [$0] } ?? []
        self.results = results.map { String(decoding: $0.value.encoded(), as: UTF8.self) }
        let places = node["results_paths"]?.elements ?? node["result_paths"].map { [$0] } ?? []
        self.places = places.map { $0.elements?.compactMap(\.text) ?? [] }
    }

    static let all: [PathVector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/jsonpath/jsonpath-dev.json")
        guard let data = try? Data(contentsOf: file), let document = try? JSONDocument(parsing: Array(data)) else { return [] }
        return document.root["tests"]?.elements?.compactMap(PathVector.init) ?? []
    }()
}

@Suite(.timeLimit(.minutes(1))) struct JSONPathVectorTests {
    @Test func theVectorsAreThere() {
        #expect(PathVector.all.count == 281)
    }

    @Test(arguments: PathVector.all)
    func thePathGivesWhatTheSuiteExpects(_ vector: PathVector) throws {
        guard !vector.isInvalid else {
            #expect(throws: ExpressionError.self) { try JSONPath(vector.selector) }
            return
        }
        let matches = try JSONPath(vector.selector).matches(in: JSONTree(parsing: vector.document))
        // Encoded again with sorted keys, as the expected results are.
        let found = try JSONValue(json: matches.map(\.value).encoded()).encoded()
        #expect(vector.results.contains(String(decoding: found, as: UTF8.self)))
        #expect(vector.places.contains(matches.map(\.path)))
    }
}
