public import ServiceKit

/// The token of whoever sets the system up.
public enum AdminToken {
    /// Its name.
    public static let name = "admin"

    /// Makes `text` the admin token when there is no token at all yet, which is the first start.
    ///
    /// - Parameter text: drawn with ``APIToken/draw()``; only its hash is kept.
    /// - Returns: Whether it was made. Show the text then: nobody can find it out later.
    /// - Throws: `StoreError` when it could not be made durable.
    public static func createFirst(_ text: String, in engine: ServiceEngine<APIState>) async throws -> Bool {
        try await engine.perform(.createToken(name: name, hash: SHA256Hash(of: text), onlyFirst: true)) == .token(true)
    }

    /// Makes `text` the token `name`, in place of an earlier one of that name: for tokens that are given in a file, and for one that was lost.
    ///
    /// - Throws: `StoreError` when it could not be made durable.
    public static func register(_ text: String, as name: String = AdminToken.name, in engine: ServiceEngine<APIState>) async throws {
        try await engine.perform(.createToken(name: name, hash: SHA256Hash(of: text), onlyFirst: false))
    }
}
