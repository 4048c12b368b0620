import Crypto
import FoundationEssentials
import JobModel
public import Messages

/// Seals what must not stand readable in the journal, such as a command with sensitive inputs.
///
/// ChaCha20-Poly1305 (RFC 8439) with a key derived from the node's command key, which lies in a file of mode 0600: who can read that can also run
/// anything on this machine.
public struct SecretKeeper: Sendable {
    private let key: SymmetricKey

    /// A keeper for the node whose command key is `commandKey`.
    public init(_ commandKey: CommandKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Array(commandKey.hex.utf8)), info: Array("courier runner journal".utf8),
            outputByteCount: 32)
    }

    /// `bytes` sealed, as base64; `nil` when there is no room for them, which is beyond any message.
    func seal(_ bytes: [UInt8]) -> String? {
        guard let box = try? ChaChaPoly.seal(bytes, using: key) else { return nil }
        return box.combined.base64EncodedString()
    }

    /// What was sealed; `nil` when it was sealed with another key or is damaged.
    func open(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), let box = try? ChaChaPoly.SealedBox(combined: data) else { return nil }
        return (try? ChaChaPoly.open(box, using: key)).map { Array($0) }
    }
}

extension RunExecute {
    /// Whether any value of it must not be shown.
    var isSensitive: Bool {
        actions.steps.contains { step in step.expectedInputs.values.contains { $0.sensitive } }
    }
}
