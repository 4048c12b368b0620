public import FoundationEssentials
public import JSON
public import JobModel

/// Who asked for what, and when.
public struct AuditEntry: Sendable, Hashable {
    /// When.
    public var at: Timestamp
    /// The name of the token.
    public var actor: String
    /// What was asked for, `noun.verb`.
    public var action: String
    /// The job or instance it is about.
    public var subject: UUID?
    /// The name of what it is about, where that has no identifier.
    public var name: String?

    /// `actor` asked for `action`.
    public init(at: Timestamp, actor: String, action: String, subject: UUID? = nil, name: String? = nil) {
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.name = name
    }
}

extension AuditEntry: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("at", at)
            writer.field("actor", actor)
            writer.field("action", action)
            writer.field("subject", ifPresent: subject)
            writer.field("name", ifPresent: name)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            at: try fields("at"), actor: try fields("actor"), action: try fields("action"), subject: try fields.optional("subject"),
            name: try fields.optional("name"))
    }
}
