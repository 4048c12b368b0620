/// A document whose every value knows where it stands, for error messages about what people write.
public struct JSONDocument: Sendable {
    /// The document's value.
    public let root: JSONNode

    private let bytes: [UInt8]

    /// The positions of every 4,096th byte, so that a position is found without counting from the beginning.
    private let milestones: [JSONPosition]

    private static let stride = 4096

    /// Reads a whole document.
    ///
    /// - Parameters:
    ///   - bytes: One JSON value in UTF-8, white space around it allowed.
    ///   - limits: What is refused for its size.
    /// - Throws: `JSONError`, as ``JSONReader`` does.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .init()) throws(JSONError) {
        var reader = JSONReader(bytes, limits: limits)
        do {
            root = try reader.node()
            try reader.end()
        } catch {
            throw error as? JSONError ?? reader.failure("a JSON document", found: "\(error)")
        }
        self.bytes = bytes
        var milestones = [JSONPosition(line: 1, column: 1, offset: 0)]
        while let last = milestones.last, last.offset + Self.stride <= bytes.count {
            milestones.append(last.advanced(to: last.offset + Self.stride, in: bytes))
        }
        self.milestones = milestones
    }

    /// The line and column of the byte at `offset`; an offset outside the document is moved to the nearest end.
    public func position(of offset: Int) -> JSONPosition {
        let offset = min(max(offset, 0), bytes.count)
        return milestones[offset / Self.stride].advanced(to: offset, in: bytes)
    }

    /// Where `pointer` points to; where the nearest value stands that holds it, when the document has nothing there.
    public func position(of pointer: JSONPointer) -> JSONPosition {
        var node = root
        for token in pointer.tokens {
            guard let next = node[JSONPointer(tokens: [token])] else { break }
            node = next
        }
        return position(of: node.offset)
    }
}

extension JSONReader {
    /// Reads any value with its places.
    ///
    /// - Throws: `JSONError` when there is none or it is malformed.
    mutating func node() throws -> JSONNode {
        let type = try peek()
        let offset = index
        let kind: JSONNode.Kind
        switch type {
        case .null:
            try skip()
            kind = .null
        case .bool: kind = .bool(try bool())
        case .number: kind = .number(try number())
        case .string: kind = .string(try string())
        case .array:
            var elements: [JSONNode] = []
            try array { elements.append(try $0.node()) }
            kind = .array(elements)
        case .object:
            var members: [JSONMember] = []
            try object { reader, key in
                let keyOffset = reader.mark
                members.append(JSONMember(key: key.string, keyOffset: keyOffset, node: try reader.node()))
            }
            try checkNames(of: members)
            kind = .object(members)
        }
        return JSONNode(kind, offset: offset, end: index)
    }

    private func checkNames(of members: [JSONMember]) throws {
        guard members.contains(where: { !$0.key.utf8.allSatisfy { $0 < 0x80 } }) else { return }
        var names: Set<String> = []
        for member in members where !names.insert(member.key).inserted {
            throw equivalent(member.key, at: member.keyOffset).inside(member.key)
        }
    }
}
