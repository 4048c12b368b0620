import Hummingbird
import JobModel
import TemplateYAML

/// A template in a request's body, JSON or YAML.
struct TemplateBody {
    /// The body as it came.
    let bytes: [UInt8]
    /// What reading it came to.
    let reading: TemplateReading

    /// The template in the body of `request`; what it comes to may be problems.
    ///
    /// - Throws: ``APIProblem`` with status 413 or 415.
    static func read(_ request: Request) async throws -> TemplateBody {
        let (bytes, document) = try await document(request)
        return TemplateBody(bytes: bytes, reading: TemplateReader.read(document))
    }

    /// The body of `request` as it came and as a tree.
    ///
    /// - Throws: ``APIProblem`` with status 413 or 415.
    static func document(_ request: Request) async throws -> ([UInt8], TemplateDocument) {
        let (bytes, type) = try await BodyReader.body(of: request, types: [BodyReader.jsonType] + yamlTypes)
        return (bytes, type == BodyReader.jsonType ? TemplateDocument(json: bytes) : TemplateDocument(yaml: bytes))
    }

    private static let yamlTypes = ["application/yaml", "application/x-yaml", "text/yaml"]
}
