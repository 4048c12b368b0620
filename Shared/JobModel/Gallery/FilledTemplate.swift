internal import JSON

/// A gallery template's job with values in place of its placeholders, and which value came from where.
struct FilledTemplate {
    /// The job; offsets are those of the template.
    private(set) var root: JSONNode
    /// The parameters that stand at a place of the job, itself or below it.
    private(set) var origins: [JSONPointer: [String]] = [:]

    private let values: [String: JSONValue]

    /// - Parameter values: Values of parameters; a placeholder of another one leaves its field out, and is nothing in a longer text.
    init(_ job: JSONNode, values: [String: JSONValue]) {
        self.values = values
        root = job
        root = fill(job, at: .root) ?? JSONNode(.null, offset: job.offset, end: job.end)
    }

    /// Gives the job another name, which holds no placeholders.
    mutating func rename(_ name: String) {
        let node = JSONNode(.string(name), offset: root.offset, end: root.end)
        let others = (root.members ?? []).filter { $0.key != "name" }
        root = JSONNode(.object([JSONMember(key: "name", keyOffset: root.offset, node: node)] + others), offset: root.offset, end: root.end)
    }

    /// The parameters that the value at `pointer`, or what holds it, came from.
    func parameters(at pointer: JSONPointer) -> [String] {
        var place: JSONPointer? = pointer
        while let here = place {
            if let names = origins[here] { return names }
            place = here.parent
        }
        return []
    }

    /// The value with everything filled in; `nil` for one that is left out.
    private mutating func fill(_ node: JSONNode, at pointer: JSONPointer) -> JSONNode? {
        switch node.kind {
        case .string(let text): return fill(text, node, at: pointer)
        case .array(let elements): return JSONNode(.array(fill(elements, at: pointer)), offset: node.offset, end: node.end)
        case .object(let members):
            let filled = members.compactMap { member in
                fill(member.node, at: pointer.appending(member.key)).map {
                    JSONMember(key: member.key, keyOffset: member.keyOffset, node: $0)
                }
            }
            return JSONNode(.object(filled), offset: node.offset, end: node.end)
        case .null, .bool, .number: return node
        }
    }

    private mutating func fill(_ text: String, _ node: JSONNode, at pointer: JSONPointer) -> JSONNode? {
        let placeholder = Placeholder(text)
        if !placeholder.names.isEmpty { origins[pointer] = placeholder.names }
        if let name = placeholder.whole {
            return values[name].map { value in
                let isText = Self.wantsText(pointer) && value.members == nil && value.elements == nil
                return JSONNode(of: isText ? .string(value.asText) : value, offset: node.offset, end: node.end)
            }
        }
        let pieces = placeholder.pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .parameter(let name): values[name]?.asText ?? ""
            }
        }
        return JSONNode(.string(pieces.joined()), offset: node.offset, end: node.end)
    }

    /// Whether the field at `pointer` is an input of a step, or is compared with one: these are texts, whatever kind of value they come from.
    private static func wantsText(_ pointer: JSONPointer) -> Bool {
        let tokens = pointer.tokens
        guard tokens.count >= 5, tokens[0] == "actions", tokens[1] == "steps" else { return false }
        switch tokens[3] {
        case "inputs": return tokens.count == 5
        case "expectedInputs": return tokens.count == 6 && tokens[5] == "default"
        case "conditions", "successCriteria": return tokens.count == 6 && tokens[5] == "value"
        default: return false
        }
    }

    /// A list that stands as an element of an array takes its place, element by element.
    private mutating func fill(_ elements: [JSONNode], at pointer: JSONPointer) -> [JSONNode] {
        var filled: [JSONNode] = []
        for element in elements {
            let place = pointer.appending(filled.count)
            guard let whole = element.text.map(Placeholder.init)?.whole, case .array(let parts)? = values[whole] else {
                if let node = fill(element, at: place) { filled.append(node) } else { origins[place] = nil }
                continue
            }
            for part in parts {
                origins[pointer.appending(filled.count)] = [whole]
                filled.append(JSONNode(of: part, offset: element.offset, end: element.end))
            }
        }
        return filled
    }
}

extension JSONValue {
    /// The value inside a longer text.
    fileprivate var asText: String {
        text ?? String(decoding: encoded(), as: UTF8.self)
    }
}

extension JSONNode {
    /// `value`, all of which stands at one place; members are sorted.
    init(of value: JSONValue, offset: Int, end: Int) {
        let kind: Kind =
            switch value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .number(let number): .number(number)
            case .string(let text): .string(text)
            case .array(let elements): .array(elements.map { JSONNode(of: $0, offset: offset, end: end) })
            case .object(let members):
                .object(
                    members.sorted { $0.key < $1.key }.map {
                        JSONMember(key: $0.key, keyOffset: offset, node: JSONNode(of: $0.value, offset: offset, end: end))
                    })
            }
        self.init(kind, offset: offset, end: end)
    }
}
