internal import JSON

/// What a scalar of YAML 1.2's core schema is, as far as JSON has it.
enum YAMLScalar {
    /// A scalar that is refused.
    struct Refusal: Error {
        let message: String
        let expected: String
        let found: String
        let hint: String
    }

    /// A plain scalar: nothing in quotes, no tag.
    static func plain(_ text: String) throws(Refusal) -> JSONNode.Kind {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        if let number = JSONNumber(text) { return .number(number) }
        guard !isOtherNumber(Array(text.utf8)) else {
            throw Refusal(
                message: "an ambiguous number", expected: "a number as JSON writes it, or a text in quotes",
                found: "\"\(text.prefix(40))\"",
                hint: "versions of YAML read it differently: write it in decimal digits, or put it in quotes")
        }
        return .string(text)
    }

    /// A scalar with a tag, resolved as the tag says.
    static func tagged(_ text: String, _ tag: String, isPlain: Bool) throws(Refusal) -> JSONNode.Kind {
        let kind = isPlain || tag != YAMLTag.string ? try? plain(text) : nil
        switch (tag, kind) {
        case ("!", _), (YAMLTag.string, _): return .string(text)
        case (YAMLTag.null, .null?): return .null
        case (YAMLTag.bool, .bool(let value)?): return .bool(value)
        case (YAMLTag.int, .number(let number)?) where number.isIntegral: return .number(number)
        case (YAMLTag.float, .number(let number)?): return .number(number)
        default: throw YAMLTag.refusal(tag)
        }
    }

    /// Whether some version of YAML takes the text, which is no JSON number, for a number: `+1`, `.5`, `5.`, `007`, `0x1F`, `0o17`, `.inf`.
    static func isOtherNumber(_ text: [UInt8]) -> Bool {
        var rest = text.map { (65...90).contains($0) ? $0 + 32 : $0 }[...]
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        if rest.elementsEqual(".inf".utf8) || rest.elementsEqual(".nan".utf8) { return true }
        if rest.starts(with: "0x".utf8) { return rest.count > 2 && rest.dropFirst(2).allSatisfy { isDigit($0) || (97...102).contains($0) } }
        if rest.starts(with: "0o".utf8) { return rest.count > 2 && rest.dropFirst(2).allSatisfy { (48...55).contains($0) } }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return false }
        guard rest.first == UInt8(ascii: "e") else { return rest.isEmpty }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}

/// The tags that JSON has a kind for.
enum YAMLTag {
    static let string = "tag:yaml.org,2002:str"
    static let null = "tag:yaml.org,2002:null"
    static let bool = "tag:yaml.org,2002:bool"
    static let int = "tag:yaml.org,2002:int"
    static let float = "tag:yaml.org,2002:float"
    static let map = "tag:yaml.org,2002:map"
    static let sequence = "tag:yaml.org,2002:seq"

    static func refusal(_ tag: String) -> YAMLScalar.Refusal {
        YAMLScalar.Refusal(
            message: "a tag that does not fit", expected: "no tag, or one of !!str, !!int, !!float, !!bool, !!null, !!map, !!seq that fits",
            found: "\"\(tag.prefix(60))\"", hint: "leave the tag out")
    }
}
