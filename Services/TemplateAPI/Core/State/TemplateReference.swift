public import FoundationEssentials
public import JSON

/// The gallery template that a version of a job was made from. It may have been changed or deleted since.
public struct TemplateReference: Sendable, Hashable {
    /// The template.
    public var templateID: UUID
    /// Its name then.
    public var name: String
    /// Its version then.
    public var version: Int
    /// The values of its parameters, defaults filled in; those of sensitive ones are left out.
    public var parameters: [String: JSONValue]
}

extension TemplateReference: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("templateId", templateID)
            writer.field("name", name)
            writer.field("version", version)
            writer.field("parameters", parameters)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            templateID: try fields("templateId"), name: try fields("name"), version: try fields("version"),
            parameters: try fields("parameters"))
    }
}
