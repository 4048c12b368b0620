internal import JSON

// Answers are carried as trees that keep the server's order of fields; what the command says itself is made into the same trees.

extension JSONNode {
    init(_ kind: Kind) {
        self.init(kind, offset: 0, end: 0)
    }

    static func text(_ text: String) -> JSONNode { JSONNode(.string(text)) }

    static func number(_ value: Int) -> JSONNode { JSONNode(.number(JSONNumber(value))) }

    static func bool(_ value: Bool) -> JSONNode { JSONNode(.bool(value)) }

    static let null = JSONNode(.null)

    static func array(_ elements: [JSONNode]) -> JSONNode { JSONNode(.array(elements)) }

    /// An object; members without a value are left out.
    static func object(_ members: [(String, JSONNode?)]) -> JSONNode {
        JSONNode(.object(members.compactMap { key, node in node.map { JSONMember(key: key, keyOffset: 0, node: $0) } }))
    }

    var int: Int? {
        if case .number(let number) = kind { number.int } else { nil }
    }

    var double: Double? {
        if case .number(let number) = kind { number.double } else { nil }
    }

    var isNull: Bool {
        if case .null = kind { true } else { false }
    }

    /// Reads an answer; far more is allowed than in a template, since the server wrote it.
    static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONNode {
        try JSONDocument(parsing: bytes, limits: JSONLimits(depth: JSONLimits.deepest, bytes: 256 << 20)).root
    }

    /// One line of JSON.
    var compact: String {
        var text = ""
        PrettyJSON.write(self, indentation: nil, to: &text)
        return text
    }
}
