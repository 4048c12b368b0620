internal import JSON

/// Writes trees as JSON for people: two spaces per level, members in their order.
enum PrettyJSON {
    static func text(_ node: JSONNode, indentation: Int = 0) -> String {
        var text = ""
        write(node, indentation: indentation, to: &text)
        return text
    }

    /// - Parameter indentation: The level the value stands on; `nil` for everything on one line.
    static func write(_ node: JSONNode, indentation: Int?, to text: inout String) {
        switch node.kind {
        case .array(let elements):
            list(elements, "[", "]", indentation, to: &text) { element, level, text in
                write(element, indentation: level, to: &text)
            }
        case .object(let members):
            list(members, "{", "}", indentation, to: &text) { member, level, text in
                text += scalar(member.key) + (level == nil ? ":" : ": ")
                write(member.node, indentation: level, to: &text)
            }
        case .string(let value): text += scalar(value)
        case .number(let number): text += number.literal
        case .bool(let value): text += value ? "true" : "false"
        case .null: text += "null"
        }
    }

    private static func scalar(_ value: String) -> String {
        // The writer escapes what ends a line or moves a cursor below U+0020; the rest of the control characters are as dangerous on a terminal.
        var text = ""
        for scalar in String(decoding: value.encoded(), as: UTF8.self).unicodeScalars {
            if (0x7F...0x9F).contains(scalar.value) {
                text += "\\u00" + String(scalar.value, radix: 16)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func list<T>(
        _ elements: [T], _ open: String, _ close: String, _ indentation: Int?, to text: inout String,
        element write: (T, Int?, inout String) -> Void
    ) {
        text += open
        guard !elements.isEmpty else {
            text += close
            return
        }
        let inner = indentation.map { $0 + 1 }
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            if let inner { text += "\n" + String(repeating: "  ", count: inner) }
            write(element, inner, &text)
        }
        if let indentation { text += "\n" + String(repeating: "  ", count: indentation) }
        text += close
    }
}
