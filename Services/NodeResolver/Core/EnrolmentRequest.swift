import Crypto
public import FoundationEssentials
public import Messages
import ServiceKit

/// A machine that asks to become a node: what came with the question, and the identifier it gets if it is new.
public struct EnrolmentRequest: Sendable, Hashable {
    /// SHA-256 of the token it came with, 64 hexadecimal digits.
    public let tokenDigest: String
    /// What stays the same on the machine.
    public let machineID: String
    /// The machine's name.
    public let hostname: String
    /// What the runner found out about its machine.
    public let attributes: [String: String]
    /// The node's identifier, unless the machine is known: it was drawn by whoever asks, so that deciding draws nothing.
    public let newNodeID: UUID

    /// The question `message`; a machine that is new becomes `newNodeID`.
    public init(_ message: NodeEnrol, newNodeID: UUID) {
        tokenDigest = Self.digest(of: message.token)
        machineID = message.machineID
        hostname = message.hostname
        attributes = message.attributes
        self.newNodeID = newNodeID
    }

    /// What is kept of a token.
    public static func digest(of token: String) -> String {
        SecretBytes.hex(of: SHA256.hash(data: Array(token.utf8)))
    }
}
