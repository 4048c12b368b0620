/// A string's text in the document, found right: between the quotes.
struct StringText {
    /// Where the text begins.
    let start: Int

    /// Where the closing quote stands.
    let end: Int

    /// Whether escapes have to be resolved.
    let isEscaped: Bool

    /// Whether it is ASCII without escapes.
    let isPlain: Bool

    /// The number of bytes.
    var count: Int { end - start }
}
