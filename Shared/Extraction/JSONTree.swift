public import JSON

/// A JSON document as JSONPath sees it: members in the document's order, strings compared by code points.
public indirect enum JSONTree: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number.
    case number(JSONNumber)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONTree])
    /// An object.
    case object(JSONTreeMembers)

    /// Reads a document: up to 512 arrays and objects inside one another, a byte order mark before it passed over.
    ///
    /// - Throws: ``ExtractionFailure`` that says where it is no JSON.
    public init(parsing bytes: [UInt8]) throws(ExtractionFailure) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let limits = JSONLimits(depth: JSONLimits.deepest, bytes: max(bytes.count, 1))
        var reader = JSONReader(bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes, limits: limits)
        do {
            self = try Self.read(&reader)
            try reader.end()
        } catch {
            throw ExtractionFailure(.text, "not JSON: \(error)")
        }
    }

    private static func read(_ reader: inout JSONReader) throws -> JSONTree {
        switch try reader.peek() {
        case .null:
            try reader.skip()
            return .null
        case .bool: return .bool(try reader.bool())
        case .number: return .number(try reader.number())
        case .string: return .string(try reader.string())
        case .array:
            var elements: [JSONTree] = []
            try reader.array { elements.append(try read(&$0)) }
            return .array(elements)
        case .object:
            var keys: [String] = []
            var values: [JSONTree] = []
            try reader.object { reader, key in
                keys.append(key.string)
                values.append(try read(&reader))
            }
            return .object(JSONTreeMembers(keys: keys, values: values))
        }
    }

    /// The text of a string as it is; any other value as JSON on one line, numbers as they were written.
    public var text: String {
        if case .string(let text) = self { return text }
        var writer = JSONWriter()
        encode(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// How many values it has inside it.
    var childCount: Int {
        switch self {
        case .array(let elements): elements.count
        case .object(let members): members.keys.count
        case .null, .bool, .number, .string: 0
        }
    }
}

extension JSONTree: JSONEncodable {
    /// Writes the value: members in their order, numbers as they were written.
    public func encode(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.value(value)
        case .number(let number): writer.value(number)
        case .string(let text): writer.value(text)
        case .array(let elements):
            writer.array { writer in
                for element in elements { element.encode(to: &writer) }
            }
        case .object(let members):
            writer.object { writer in
                for (key, value) in zip(members.keys, members.values) {
                    writer.key(key)
                    value.encode(to: &writer)
                }
            }
        }
    }
}

extension JSONTree: Equatable {
    /// Whether the values are the same: numbers by value, strings by code points, objects whatever their order.
    public static func == (left: JSONTree, right: JSONTree) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.keys.count == right.keys.count && zip(left.keys, left.values).allSatisfy { right[$0] == $1 }
        default: false
        }
    }
}

/// The members of an object, none of whose keys is there twice.
public final class JSONTreeMembers: Sendable {
    /// The keys, in the document's order.
    public let keys: [String]
    /// The value of each key.
    public let values: [JSONTree]
    /// Where each key stands, when there are many.
    private let places: [CodePoints: Int]

    init(keys: [String], values: [JSONTree]) {
        self.keys = keys
        self.values = values
        places =
            keys.count <= 8
            ? [:] : Dictionary(keys.enumerated().map { (CodePoints(text: $0.element), $0.offset) }) { first, _ in first }
    }

    /// The member whose key has the same code points as `key`; `nil` when there is none.
    public subscript(key: String) -> JSONTree? {
        let place =
            places.isEmpty ? keys.firstIndex { $0.utf8.elementsEqual(key.utf8) } : places[CodePoints(text: key)]
        return place.map { values[$0] }
    }
}

/// A text that is equal to another when their code points are: Swift's own strings compare by canonical equivalence.
struct CodePoints: Hashable, Sendable {
    let text: String

    static func == (left: CodePoints, right: CodePoints) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
