public import JSON
public import JobModel

/// `enrolment-key.create`, API → node-resolver (its query queue): draw a token with which machines become nodes.
///
/// The answer is `{"item": {"name", "token", …}}`; the token is shown this once and kept nowhere.
public struct EnrolmentKeyCreate: Message, Hashable {
    /// The name on the wire.
    public static let name = "enrolment-key.create"
    /// The key's name: 1 to 64 letters, digits, `.`, `_` and `-`.
    public var keyName: String
    /// How many enrolments it is good for, at least 1; `nil`: any number.
    public var uses: Int?
    /// It is not good any more from then on; `nil`: never.
    public var expiresAt: Timestamp?

    /// A key named `keyName`.
    public init(keyName: String, uses: Int? = nil, expiresAt: Timestamp? = nil) {
        self.keyName = keyName
        self.uses = uses
        self.expiresAt = expiresAt
    }

    /// Writes the message body; the same as the body of `POST /v1/enrolment-keys`.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", keyName)
            writer.field("uses", ifPresent: uses)
            writer.field("expiresAt", ifPresent: expiresAt)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(keyName: try fields("name"), uses: try fields.optional("uses"), expiresAt: try fields.optional("expiresAt"))
    }
}

/// `enrolment-key.list`, API → node-resolver (its query queue): a page of enrolment keys by name, without tokens.
public struct EnrolmentKeyList: Message, Hashable {
    /// The name on the wire.
    public static let name = "enrolment-key.list"
    /// The page.
    public var page: PageRequest

    /// A page of enrolment keys.
    public init(page: PageRequest = PageRequest()) {
        self.page = page
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("page", page) }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(page: try reader.fields()("page"))
    }
}

/// `enrolment-key.delete`, API → node-resolver (its query queue): the key's token is not good any more. Nodes it enrolled stay nodes.
public struct EnrolmentKeyDelete: Message, Hashable {
    /// The name on the wire.
    public static let name = "enrolment-key.delete"
    /// The key's name.
    public var keyName: String

    /// Revokes the key `keyName`.
    public init(keyName: String) {
        self.keyName = keyName
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { $0.field("name", keyName) }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        self.init(keyName: try reader.fields()("name"))
    }
}
