public import JSON
public import JobModel

/// What is kept of a bearer token: enough to recognise it, not enough to use it.
public struct APIToken: Sendable, Hashable {
    /// Who holds it; appears in the audit log.
    public var name: String
    /// The hash of the token's text.
    public var hash: SHA256Hash
    /// When it was made.
    public var createdAt: Timestamp

    /// The token `name`.
    public init(name: String, hash: SHA256Hash, createdAt: Timestamp) {
        self.name = name
        self.hash = hash
        self.createdAt = createdAt
    }

    /// A new token's text: 256 bits from `random`, in characters that need no quoting anywhere.
    public static func draw(using random: inout some RandomNumberGenerator) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let characters = (0..<43).map { _ in alphabet[Int.random(in: 0..<64, using: &random)] }
        return "courier_" + String(decoding: characters, as: UTF8.self)
    }

    /// A new token's text, drawn from the system.
    public static func draw() -> String {
        var random = SystemRandomNumberGenerator()
        return draw(using: &random)
    }
}

extension APIToken: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("hash", hash)
            writer.field("createdAt", createdAt)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(name: try fields("name"), hash: try fields("hash"), createdAt: try fields("createdAt"))
    }
}
