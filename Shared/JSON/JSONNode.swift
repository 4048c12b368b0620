/// A value of a document and where it stands.
public struct JSONNode: Sendable {
    /// What the value is.
    public enum Kind: Sendable {
        /// `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A number.
        case number(JSONNumber)
        /// A string.
        case string(String)
        /// An array.
        case array([JSONNode])
        /// An object, its members in the document's order.
        case object([JSONMember])
    }

    /// What the value is.
    public let kind: Kind

    /// Where the value begins, in bytes.
    public let offset: Int

    /// Where the value ends: the offset of the first byte behind it.
    public let end: Int

    /// A value and the bytes it stands in.
    public init(_ kind: Kind, offset: Int, end: Int) {
        self.kind = kind
        self.offset = offset
        self.end = end
    }

    /// The value without its places.
    public var value: JSONValue {
        switch kind {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let number): .number(number)
        case .string(let text): .string(text)
        case .array(let elements): .array(elements.map(\.value))
        case .object(let members): .object(Dictionary(members.map { ($0.key, $0.node.value) }) { first, _ in first })
        }
    }

    /// The kind, without what it holds; its description is for error messages.
    public var type: JSONKind {
        switch kind {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The text of a string, else `nil`.
    public var text: String? {
        if case .string(let text) = kind { text } else { nil }
    }

    /// The elements of an array, else `nil`.
    public var elements: [JSONNode]? {
        if case .array(let elements) = kind { elements } else { nil }
    }

    /// The members of an object, else `nil`.
    public var members: [JSONMember]? {
        if case .object(let members) = kind { members } else { nil }
    }

    /// The member `key` of an object; `nil` when there is none, or when this is no object. Takes time in proportion to the members.
    public subscript(key: String) -> JSONNode? {
        members?.first { $0.key == key }?.node
    }

    /// The element `index` of an array; `nil` when there is none, or when this is no array.
    public subscript(index: Int) -> JSONNode? {
        guard case .array(let elements) = kind, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// What `pointer` points to from here; `nil` when there is nothing.
    public subscript(pointer: JSONPointer) -> JSONNode? {
        var node = self
        for token in pointer.tokens {
            let next: JSONNode? =
                switch node.kind {
                case .object: node[token]
                case .array: JSONPointer.index(token).flatMap { node[$0] }
                default: nil
                }
            guard let next else { return nil }
            node = next
        }
        return node
    }
}

/// A member of an object and where it stands.
public struct JSONMember: Sendable {
    /// The key, escapes resolved.
    public let key: String

    /// Where the key begins (its quote), in bytes.
    public let keyOffset: Int

    /// The value.
    public let node: JSONNode

    /// A key and its value.
    public init(key: String, keyOffset: Int, node: JSONNode) {
        self.key = key
        self.keyOffset = keyOffset
        self.node = node
    }
}
