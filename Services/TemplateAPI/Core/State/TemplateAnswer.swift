import JSON
import JobModel

/// What a client is told of a gallery template.
struct TemplateAnswer {
    var warnings: [TemplateWarning] = []

    /// The whole answer about the version of `template` that is in force.
    func encoded(_ template: StoredTemplate) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("item")
            writer.object { writer in
                Self.writeHead(template, template.current, to: &writer)
                writer.field("warnings", warnings)
            }
        }
        return writer.bytes
    }

    /// What lists show.
    static func writeHead(_ template: StoredTemplate, _ version: StoredTemplate.Version?, to writer: inout JSONWriter) {
        writer.field("id", template.id)
        writer.field("name", version?.template.name ?? "")
        writer.field("description", orNull: version?.template.description)
        writer.field("version", version?.number ?? 0)
        writer.field("createdAt", orNull: template.versions.first?.createdAt)
        writer.field("updatedAt", orNull: version?.createdAt)
    }
}
