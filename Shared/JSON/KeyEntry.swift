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

/// The keys of one object, when they are many or not all plain ASCII. `String` compares by canonical equivalence, and so refuses two keys that
/// a dictionary could not hold side by side.
typealias KeyNames = Set<String>
