/// A key met in an object that is still open: ASCII, without escapes, in the document's bytes.
struct KeyEntry: Sendable {
    /// A quick filter: equal keys have equal values.
    let hash: UInt64

    /// Where the key's text begins.
    let offset: Int

    /// The number of bytes.
    let count: Int

    /// Up to this many keys of an object are compared one by one; more go into a hash table.
    static let most = 32
}

/// The keys of one object, when they are many or not all plain ASCII.
typealias KeyNames = Set<KeyName>

/// A key's UTF-8, compared byte for byte: a `String` would be brought into a normal form for it, which takes more than linear time.
struct KeyName: Hashable {
    private let utf8: [UInt8]

    init(_ utf8: some Sequence<UInt8>) { self.utf8 = Array(utf8) }

    func hash(into hasher: inout Hasher) {
        utf8.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
