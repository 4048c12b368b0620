/// The pattern of a binding to a topic exchange (AMQP 0-9-1, section 3.1.3.3): words between dots, `*` for one word, `#` for any number.
struct TopicPattern {
    private let words: [Substring]

    init(_ text: String) {
        words = text.split(separator: ".", omittingEmptySubsequences: false)
    }

    func matches(_ routingKey: String) -> Bool {
        Self.match(words[...], routingKey.split(separator: ".", omittingEmptySubsequences: false)[...])
    }

    private static func match(_ pattern: ArraySlice<Substring>, _ words: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return words.isEmpty }
        if first == "#" {
            return (0...words.count).contains { match(pattern.dropFirst(), words.dropFirst($0)) }
        }
        guard let word = words.first, first == "*" || first == word else { return false }
        return match(pattern.dropFirst(), words.dropFirst())
    }
}
