import Crypto
public import FoundationEssentials
import Hexadecimal
import JobModel
public import MessageBus

/// The control plane's secret, from which every node's key is derived.
///
/// Workers sign with it and the node-resolver hands the derived keys over at enrolment; it never leaves them.
public struct MasterKey: Sendable {
    private let key: SymmetricKey

    /// The secret's bytes: 32 of them.
    ///
    /// - Throws: ``InvalidKey`` for any other length.
    public init(bytes: [UInt8]) throws {
        guard bytes.count == 32 else { throw InvalidKey(found: bytes.count) }
        key = SymmetricKey(data: bytes)
    }

    /// The key of `node` alone: HKDF-SHA-256 (RFC 5869) over the node's identifier.
    public func commandKey(of node: UUID) -> CommandKey {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("courier command key \(node.text)".utf8), outputByteCount: 32)
        return CommandKey(key: derived)
    }

    /// A key for the sensitive values of a template: HKDF-SHA-256 with a salt that was drawn for it.
    func templateKey(salt: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: salt, info: Array("courier template secrets".utf8), outputByteCount: 32)
    }
}

/// A key of the wrong length.
public struct InvalidKey: Error, CustomStringConvertible {
    /// The number of bytes found.
    public let found: Int

    /// What was expected and found.
    public var description: String { "expected a key of 32 bytes, found \(found)" }
}

/// The key that commands for one node are authenticated with.
public struct CommandKey: Sendable {
    fileprivate let key: SymmetricKey

    /// The key under which what opens a template's sensitive values travels to the node.
    var wrappingKey: SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array("courier run secrets".utf8), outputByteCount: 32)
    }

    fileprivate init(key: SymmetricKey) {
        self.key = key
    }

    /// The key as the runner keeps it: 64 hexadecimal digits.
    ///
    /// - Throws: ``InvalidKey`` when the text is anything else.
    public init(hex: String) throws {
        guard let bytes = Hex.bytes(of: hex), bytes.count == 32 else { throw InvalidKey(found: hex.utf8.count / 2) }
        key = SymmetricKey(data: bytes)
    }

    /// The key as 64 hexadecimal digits.
    public var hex: String {
        key.withUnsafeBytes { Hex.text(of: $0) }
    }
}

/// Proves to a runner that a command comes from the control plane, is meant for its node, and is not from another time.
///
/// The code is HMAC-SHA-256 (RFC 2104) over the message's name, node, run, try, expiry, owner, epoch and the body's SHA-256, so that a broker
/// or another node that is taken over can neither invent a command nor replay one elsewhere or later.
public struct CommandAuthenticator: Sendable {
    /// The body's digest, computed once for all commands that carry it.
    public struct BodyDigest: Sendable {
        fileprivate let bytes: [UInt8]

        /// The digest of `body`.
        public init(of body: [UInt8]) {
            bytes = Array(SHA256.hash(data: body))
        }
    }

    private let key: CommandKey

    /// Signs and checks with `key`.
    public init(key: CommandKey) {
        self.key = key
    }

    /// The code of a command: 64 hexadecimal digits.
    public func code(name: String, headers: CommandHeaders, body: BodyDigest) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Self.signedBytes(name: name, headers: headers, body: body), using: key.key)
        return code.withUnsafeBytes { Hex.text(of: $0) }
    }

    /// Checks that `delivery` was signed for this key. The comparison takes the same time wherever the codes differ.
    ///
    /// - Returns: the command's headers.
    /// - Throws: ``InvalidCommand``.
    public func check(_ delivery: Delivery) throws -> CommandHeaders {
        let headers = try CommandHeaders(delivery.headers)
        guard let found = delivery.headers.string(HeaderName.authentication) else {
            throw InvalidCommand(reason: "header \(HeaderName.authentication) is missing")
        }
        let signed = Self.signedBytes(name: delivery.type, headers: headers, body: BodyDigest(of: delivery.body))
        guard let code = Hex.bytes(of: found), HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: key.key) else {
            throw InvalidCommand(reason: "it is not authenticated for this node (altered, or signed with another key)")
        }
        return headers
    }

    private static func signedBytes(name: String, headers: CommandHeaders, body: BodyDigest) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160 + name.utf8.count + headers.owner.utf8.count)
        func append(_ text: String) {
            bytes.append(contentsOf: text.utf8)
            bytes.append(0)
        }
        append(name)
        withUnsafeBytes(of: headers.nodeID.uuid) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: headers.runID.uuid) { bytes.append(contentsOf: $0) }
        append(String(headers.attempt))
        append(String(headers.expires.microseconds))
        append(headers.owner)
        append(String(headers.epoch))
        bytes.append(contentsOf: body.bytes)
        return bytes
    }
}
