/// The key of an object's member, as a reader hands it over: compared with literals without allocating anything.
///
/// ```swift
/// switch key {
/// case "id": id = try reader.uuid()
/// default: try reader.skip()
/// }
/// ```
///
/// Comparison is by code points, not by canonical equivalence.
public struct JSONKey: Sendable, CustomStringConvertible {
    /// Bytes up to this number are held in place.
    @usableFromInline static let inlineCapacity = 32

    @usableFromInline typealias Words = (UInt64, UInt64, UInt64, UInt64)

    /// The UTF-8 of a key of up to 32 bytes.
    @usableFromInline let words: Words

    /// The number of bytes.
    @usableFromInline let count: Int

    /// What holds a longer key: the document, or the unescaped bytes.
    @usableFromInline let source: [UInt8]?

    /// Where the key begins in `source`.
    @usableFromInline let offset: Int

    /// A key in `bytes`; the range must lie inside.
    init(_ bytes: [UInt8], offset: Int, count: Int) {
        var words: Words = (0, 0, 0, 0)
        if count <= Self.inlineCapacity {
            bytes.withUnsafeBytes { bytes in
                withUnsafeMutableBytes(of: &words) { words in
                    words.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
                }
            }
        }
        self.init(words: words, count: count, source: count <= Self.inlineCapacity ? nil : bytes, offset: offset)
    }

    init(words: Words, count: Int, source: [UInt8]?, offset: Int) {
        self.words = words
        self.count = count
        self.source = source
        self.offset = offset
    }

    /// The key as a string.
    public var string: String {
        withUTF8 { String(decoding: $0, as: UTF8.self) }
    }

    /// The key as a string.
    public var description: String { string }

    /// Whether the key is `pattern`, byte for byte.
    @inlinable
    public static func ~= (pattern: StaticString, key: JSONKey) -> Bool {
        key == pattern
    }

    /// Whether the key is `literal`, byte for byte.
    @inlinable
    public static func == (key: JSONKey, literal: StaticString) -> Bool {
        guard literal.utf8CodeUnitCount == key.count else { return false }
        return literal.withUTF8Buffer { literal in
            key.withUTF8 { $0.elementsEqual(literal) }
        }
    }

    /// Whether the key is not `literal`, byte for byte.
    @inlinable
    public static func != (key: JSONKey, literal: StaticString) -> Bool {
        !(key == literal)
    }

    /// Calls `body` with the key's UTF-8, which is valid during the call only.
    @inlinable
    public func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let source {
            return source.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[offset..<offset + count])) }
        }
        return withUnsafeBytes(of: words) { raw in
            raw.withMemoryRebound(to: UInt8.self) { body(UnsafeBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
