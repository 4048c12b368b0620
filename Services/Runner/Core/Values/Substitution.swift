public import JSON

/// A text in which `{{.NAME}}` was replaced by inputs.
public struct Substitution: Sendable, Hashable {
    /// The text.
    public private(set) var text = ""
    /// Whether a value that must not be shown is part of it.
    public private(set) var isSensitive = false

    /// Replaces every `{{.NAME}}` of `template`, spaces within the braces allowed, whose name has a value. Others stay as they are: they mean
    /// something to the command, as in `docker ps --format '{{.Names}}'`. What a value contains is not looked at again.
    public init(_ template: String, values: InputValues) {
        var rest = Substring(template).utf8[...]
        var result: [UInt8] = []
        while let start = Self.index(of: Array("{{".utf8), in: rest) {
            result.append(contentsOf: rest[..<start])
            let inner = rest[rest.index(start, offsetBy: 2)...]
            guard let end = Self.index(of: Array("}}".utf8), in: inner), let name = Self.name(inner[..<end]),
                let value = values.values[name]
            else {
                result.append(UInt8(ascii: "{"))
                rest = rest[rest.index(after: start)...]
                continue
            }
            result.append(contentsOf: value.utf8)
            if values.sensitive.contains(name) { isSensitive = true }
            rest = inner[inner.index(end, offsetBy: 2)...]
        }
        result.append(contentsOf: rest)
        text = String(decoding: result, as: UTF8.self)
    }

    /// `value` with every text in it replaced, at any depth.
    public static func value(_ value: JSONValue, values: InputValues) -> JSONValue {
        switch value {
        case .string(let text): .string(Substitution(text, values: values).text)
        case .array(let elements): .array(elements.map { self.value($0, values: values) })
        case .object(let members): .object(members.mapValues { self.value($0, values: values) })
        case .null, .bool, .number: value
        }
    }

    private static func name(_ inner: Substring.UTF8View) -> String? {
        let space = UInt8(ascii: " ")
        let trimmed = Array(Array(inner.drop { $0 == space }).reversed().drop { $0 == space }.reversed())
        guard trimmed.count > 1, trimmed.first == UInt8(ascii: ".") else { return nil }
        return String(decoding: trimmed.dropFirst(), as: UTF8.self)
    }

    private static func index(of pair: [UInt8], in text: Substring.UTF8View) -> Substring.UTF8View.Index? {
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == pair[0], next < text.endIndex, text[next] == pair[1] { return index }
            index = next
        }
        return nil
    }
}
