import Crypto
import FoundationEssentials

/// A sensitive value as it stands in stores and messages: `courier-sealed:1:<salt>:<box>`.
///
/// The box is ChaCha20-Poly1305 (RFC 8439); its key belongs to all values with the same salt. Both are base64.
struct SealedText {
    private static let prefix = "courier-sealed:1:"

    /// Says which key opens it.
    let salt: String
    private let box: Data

    /// Seals `text`.
    ///
    /// - Throws: what the cipher throws, for a text beyond all messages.
    init(_ text: String, salt: String, key: SymmetricKey) throws {
        self.salt = salt
        box = try ChaChaPoly.seal(Array(text.utf8), using: key).combined
    }

    /// Reads one; `nil` for any other text.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, Data(base64Encoded: String(parts[0])) != nil, let box = Data(base64Encoded: String(parts[1])) else {
            return nil
        }
        salt = String(parts[0])
        self.box = box
    }

    /// As it stands in stores and messages.
    var text: String { Self.prefix + salt + ":" + box.base64EncodedString() }

    /// What was sealed; `nil` with another key, or when it is damaged.
    func opened(with key: SymmetricKey) -> String? {
        guard let sealed = try? ChaChaPoly.SealedBox(combined: box), let bytes = try? ChaChaPoly.open(sealed, using: key) else {
            return nil
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
