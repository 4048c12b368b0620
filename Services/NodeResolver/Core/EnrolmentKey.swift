public import JSON
public import JobModel

/// What lets machines become nodes. Its token is kept by nobody but those it was given to: here stands the token's digest.
public struct EnrolmentKey: Sendable, Hashable {
    /// What a key is good for.
    public enum Status: String, Sendable, CaseIterable, JSONEnumeration {
        /// Machines can be enrolled with it.
        case active
        /// Its time is over.
        case expired
        /// It has enrolled as many machines as it may.
        case usedUp
        /// It was deleted.
        case revoked
    }

    /// The key's name.
    public let name: String
    /// SHA-256 of the token's UTF-8 bytes, 64 hexadecimal digits. A token has 256 random bits, so no slow hash is needed.
    public let tokenDigest: String
    /// How many machines it may still enrol; `nil`: any number.
    public var usesLeft: Int?
    /// It is not good any more from then on; `nil`: never.
    public let expiresAt: Timestamp?
    /// When it was made.
    public let createdAt: Timestamp
    /// It was deleted. It stays known, so that whoever still uses its token is told what happened.
    public var isRevoked: Bool

    /// A key that is good.
    public init(name: String, tokenDigest: String, usesLeft: Int?, expiresAt: Timestamp?, createdAt: Timestamp) {
        self.name = name
        self.tokenDigest = tokenDigest
        self.usesLeft = usesLeft
        self.expiresAt = expiresAt
        self.createdAt = createdAt
        isRevoked = false
    }

    /// What it is good for at `now`.
    public func status(at now: Timestamp) -> Status {
        if isRevoked { return .revoked }
        if let expiresAt, expiresAt <= now { return .expired }
        if let usesLeft, usesLeft <= 0 { return .usedUp }
        return .active
    }

    /// Whether `name` can name a key: 1 to 64 letters, digits, `.`, `_` and `-`, so that it stands in a path as it is.
    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            && name != "." && name != ".."
    }
}

extension EnrolmentKey: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("tokenDigest", tokenDigest)
            writer.field("usesLeft", ifPresent: usesLeft)
            writer.field("expiresAt", ifPresent: expiresAt)
            writer.field("createdAt", createdAt)
            if isRevoked { writer.field("revoked", true) }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            name: try fields("name"), tokenDigest: try fields("tokenDigest"), usesLeft: try fields.optional("usesLeft"),
            expiresAt: try fields.optional("expiresAt"), createdAt: try fields("createdAt"))
        isRevoked = try fields.optional("revoked") ?? false
    }
}
