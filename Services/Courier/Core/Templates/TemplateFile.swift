internal import JobModel
internal import TemplateYAML

/// A template as it stands in a file: JSON, or YAML when the file's name, or what standard input begins with, says so.
struct TemplateFile: Sendable {
    let name: String
    let bytes: [UInt8]

    /// Reads a file, `-` being standard input; a byte more than a template may have is enough to see that it is too large.
    static func read(_ name: String, context: CommandContext) async throws -> TemplateFile {
        TemplateFile(name: name, bytes: try await context.read(file: name, limit: TemplateReader.maximumBytes + 1))
    }

    private var isYAML: Bool { TemplateDocument.isYAML(bytes, name: name) }

    /// The document as a tree; what is wrong with its writing is reported as the API does.
    var document: TemplateDocument { TemplateDocument(bytes, name: name) }

    /// The document as a job template.
    var reading: TemplateReading { TemplateReader.read(document) }

    /// What the API is told about the bytes. They go to it as they stand, so that what it says of lines and columns is about this file.
    var mediaType: String { isYAML ? "application/yaml" : "application/json" }
}
