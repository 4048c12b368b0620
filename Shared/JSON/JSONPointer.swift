/// A JSON Pointer (RFC 6901): the way from the root of a document to one of its values.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The member names and array indices on the way, unescaped; empty for the root.
    public private(set) var tokens: [String]

    /// The pointer to the root.
    public static let root = JSONPointer()

    /// A pointer along `tokens`, which are not escaped.
    public init(tokens: [String] = []) {
        self.tokens = tokens
    }

    /// Reads the text form: empty, or tokens that each begin with `/`, with `~1` for `/` and `~0` for `~`. `nil` for anything else.
    public init?(_ text: String) {
        if text.isEmpty {
            self.init()
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
        self.init(tokens: tokens)
    }

    /// The pointer to the member `name` of what this one points to.
    public func appending(_ name: String) -> JSONPointer {
        JSONPointer(tokens: tokens + [name])
    }

    /// The pointer to the element `index` (from 0) of what this one points to.
    public func appending(_ index: Int) -> JSONPointer {
        appending(String(index))
    }

    /// The pointer that goes along this one and then along `other`.
    public func appending(_ other: JSONPointer) -> JSONPointer {
        JSONPointer(tokens: tokens + other.tokens)
    }

    /// The pointer to what holds this value; `nil` for the root.
    public var parent: JSONPointer? {
        tokens.isEmpty ? nil : JSONPointer(tokens: tokens.dropLast())
    }

    /// The text form.
    public var description: String {
        var bytes: [UInt8] = []
        for token in tokens {
            bytes.append(UInt8(ascii: "/"))
            for byte in token.utf8 {
                switch byte {
                case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
                case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
                default: bytes.append(byte)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// An array index as RFC 6901 writes it: no sign, no leading zero.
    static func index(_ token: String) -> Int? {
        guard let first = token.utf8.first, (48...57).contains(first), first != 48 || token.utf8.count == 1 else { return nil }
        return Int(token)
    }

    private static func unescaped(_ part: some Sequence<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var afterTilde = false
        for byte in part {
            if afterTilde {
                switch byte {
                case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
                default: return nil
                }
                afterTilde = false
            } else if byte == UInt8(ascii: "~") {
                afterTilde = true
            } else {
                bytes.append(byte)
            }
        }
        return afterTilde ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
