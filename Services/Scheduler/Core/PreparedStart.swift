import JSON
import JobModel
import Messages

/// `instance.start` for a first owner, its template copied as it lies in memory: an occurrence does not encode it again.
struct PreparedStart: Message {
    static let name = InstanceStart.name
    let instance: InstanceReference
    let template: [UInt8]

    init(_ instance: InstanceReference, _ version: JobVersion) {
        self.instance = instance
        template = version.template
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instance", instance)
            writer.field("epoch", 0)
            writer.field("template", raw: template)
        }
    }

    init(from reader: inout JSONReader) throws {
        let start = try InstanceStart(from: &reader)
        instance = start.instance
        template = start.template.encoded()
    }
}
