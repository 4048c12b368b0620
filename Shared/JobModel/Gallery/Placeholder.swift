/// A text of a gallery template, cut at its placeholders.
///
/// `${{ NAME }}` is a placeholder, `${{{ NAME }}` the text `${{ NAME }}`. What no name follows is text: `${{.NAME}}` is a dollar sign and an
/// input of a step. See `docs/decisions/template-parameters.md`.
struct Placeholder {
    enum Piece: Hashable {
        case text(String)
        case parameter(String)
    }

    /// The pieces in their order, none of them an empty text.
    private(set) var pieces: [Piece] = []
    /// Whether something begins like a placeholder and does not end like one.
    private(set) var isBroken = false

    /// The one parameter that the text is nothing but.
    var whole: String? {
        if pieces.count == 1, case .parameter(let name) = pieces[0] { name } else { nil }
    }

    var names: [String] {
        pieces.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// Whether there is anything beside parameters.
    var hasText: Bool {
        pieces.contains { if case .text = $0 { true } else { false } }
    }

    /// Takes time in proportion to the text's length.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        var literal: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "$"), let braces = Self.openingBraces(bytes, index + 1) else {
                literal.append(bytes[index])
                index += 1
                continue
            }
            guard braces == 2 else {
                literal += "${{".utf8
                index += 4
                continue
            }
            guard let (name, end) = Self.name(bytes, index + 3) else {
                isBroken = true
                literal += "${{".utf8
                index += 3
                continue
            }
            flush(&literal)
            pieces.append(.parameter(name))
            index = end
        }
        flush(&literal)
    }

    private mutating func flush(_ literal: inout [UInt8]) {
        guard !literal.isEmpty else { return }
        pieces.append(.text(String(decoding: literal, as: UTF8.self)))
        literal = []
    }

    /// 2 for a placeholder, 3 for one that is meant as text, `nil` for anything else: what counts is that a name follows.
    private static func openingBraces(_ bytes: [UInt8], _ start: Int) -> Int? {
        var index = start
        while index < bytes.count, index < start + 3, bytes[index] == UInt8(ascii: "{") { index += 1 }
        let braces = index - start
        guard braces >= 2 else { return nil }
        // More blanks than anybody writes would be looked at again and again.
        let most = index + 16
        while index < bytes.count, index < most, bytes[index] == UInt8(ascii: " ") { index += 1 }
        return index < bytes.count && isNameStart(bytes[index]) ? braces : nil
    }

    /// The name that begins behind `start` and the blanks there, and the offset behind the closing braces.
    private static func name(_ bytes: [UInt8], _ start: Int) -> (String, Int)? {
        guard let first = bytes[start...].firstIndex(where: { $0 != UInt8(ascii: " ") }) else { return nil }
        let end = bytes[first...].firstIndex { !isNamePart($0) } ?? bytes.count
        var close = end
        while close < bytes.count, close < end + 16, bytes[close] == UInt8(ascii: " ") { close += 1 }
        let name = String(decoding: bytes[first..<end], as: UTF8.self)
        guard isName(name), bytes[close...].starts(with: "}}".utf8) else { return nil }
        return (name, close + 2)
    }

    /// Whether a parameter may be called so.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, isNameStart(first) else { return false }
        return TemplateLimits.name.contains(text.utf8.count) && text.utf8.allSatisfy(isNamePart)
    }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (65...90).contains(byte) || (97...122).contains(byte)
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
    }
}
