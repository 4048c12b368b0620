import Extraction
import JSON
import Synchronization

/// Evaluates a JSON Schema as far as the template's schema goes; a keyword it does not know is an error, so that nothing is passed over.
struct SchemaEvaluator {
    struct UnknownKeyword: Error { let name: String }

    private let schema: JSONValue
    private var patterns: [String: RegularExpression] = [:]
    private let memory = Memory()

    /// Which texts were found to match which patterns: documents that differ in one place have most of them in common.
    private final class Memory: Sendable {
        let matches = Mutex<[[String]: Bool]>([:])
    }

    init(_ schema: JSONValue) {
        self.schema = schema
        collectPatterns(schema)
    }

    private mutating func collectPatterns(_ value: JSONValue) {
        if let pattern = value["pattern"]?.text { patterns[pattern] = try? RegularExpression(pattern) }
        for part in value.elements ?? (value.members.map { Array($0.values) } ?? []) { collectPatterns(part) }
    }

    /// The places of `value` at which `schema` does not hold, each with the keyword; empty when it is valid.
    func violations(of value: JSONValue) throws -> [String] {
        try violations(of: value, schema, at: "")
    }

    private func holds(_ schema: JSONValue, of value: JSONValue) throws -> Bool { try violations(of: value, schema, at: "").isEmpty }

    private func violations(of value: JSONValue, _ schema: JSONValue, at place: String) throws -> [String] {
        if case .bool(let isAllowed) = schema { return isAllowed ? [] : ["\(place): false"] }
        var found: [String] = []
        for (keyword, argument) in schema.members ?? [:] {
            found += try violations(of: value, keyword, argument, of: schema, at: place)
        }
        return found
    }

    private func violations(
        of value: JSONValue, _ keyword: String, _ argument: JSONValue, of schema: JSONValue, at place: String
    ) throws -> [String] {
        let own = { (isRight: Bool) in isRight ? [] : ["\(place): \(keyword)"] }
        switch keyword {
        case "$schema", "$id", "$defs", "title", "description", "default", "examples", "deprecated", "then", "else": return []
        case "$ref": return try violations(of: value, definition(argument), at: place)
        case "type": return own((argument.elements ?? [argument]).contains { Self.has($0.text ?? "", value) })
        case "enum": return own(argument.elements?.contains(value) == true)
        case "const": return own(argument == value)
        case "not": return own(try !holds(argument, of: value))
        case "allOf": return try (argument.elements ?? []).flatMap { try violations(of: value, $0, at: place) }
        case "anyOf": return own(try argument.elements?.contains { try holds($0, of: value) } == true)
        case "if":
            let branch = schema[try holds(argument, of: value) ? "then" : "else"]
            return try branch.map { try violations(of: value, $0, at: place) } ?? []
        case "minimum", "maximum":
            guard case .number(let number) = value, case .number(let bound) = argument else { return [] }
            return own(keyword == "minimum" ? number >= bound : number <= bound)
        case "minLength", "maxLength", "pattern": return own(try isRight(value.text, keyword, argument))
        case "items", "minItems", "maxItems": return try elementViolations(of: value, keyword, argument, at: place)
        default: return try memberViolations(of: value, keyword, argument, of: schema, at: place)
        }
    }

    private func elementViolations(of value: JSONValue, _ keyword: String, _ argument: JSONValue, at place: String) throws -> [String] {
        guard let elements = value.elements else { return [] }
        switch keyword {
        case "minItems": return elements.count >= argument.int ?? 0 ? [] : ["\(place): \(keyword)"]
        case "maxItems": return elements.count <= argument.int ?? 0 ? [] : ["\(place): \(keyword)"]
        default: return try elements.enumerated().flatMap { try violations(of: $1, argument, at: "\(place)/\($0)") }
        }
    }

    private func memberViolations(
        of value: JSONValue, _ keyword: String, _ argument: JSONValue, of schema: JSONValue, at place: String
    ) throws -> [String] {
        let members = value.members
        switch keyword {
        case "required":
            return (argument.elements ?? []).compactMap(\.text).filter { members != nil && members?[$0] == nil }.map {
                "\(place)/\($0): required"
            }
        case "properties":
            return try (argument.members ?? [:]).flatMap { name, schema in
                try members?[name].map { try violations(of: $0, schema, at: "\(place)/\(name)") } ?? []
            }
        case "additionalProperties":
            let others = (members ?? [:]).filter { schema["properties"]?[$0.key] == nil }
            return try others.flatMap { try violations(of: $0.value, argument, at: "\(place)/\($0.key)") }
        case "propertyNames":
            return try (members ?? [:]).keys.flatMap { try violations(of: .string($0), argument, at: "\(place)/\($0)") }
        case "maxProperties": return (members?.count ?? 0) <= argument.int ?? 0 ? [] : ["\(place): \(keyword)"]
        default: throw UnknownKeyword(name: keyword)
        }
    }

    private func definition(_ reference: JSONValue) throws -> JSONValue {
        guard let name = reference.text?.split(separator: "/").last, let found = schema["$defs"]?[String(name)] else {
            throw UnknownKeyword(name: "$ref \(reference)")
        }
        return found
    }

    private static func has(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("integer", .number(let number)): number.isIntegral
        case ("boolean", .bool), ("null", .null), ("number", .number), ("string", .string), ("array", .array), ("object", .object): true
        default: false
        }
    }

    private func isRight(_ text: String?, _ keyword: String, _ argument: JSONValue) throws -> Bool {
        guard let text else { return true }
        switch keyword {
        case "minLength": return text.unicodeScalars.count >= argument.int ?? 0
        case "maxLength": return text.unicodeScalars.count <= argument.int ?? 0
        default:
            let source = argument.text ?? ""
            guard let pattern = patterns[source] else { throw UnknownKeyword(name: "pattern \(source)") }
            if let known = memory.matches.withLock({ $0[[source, text]] }) { return known }
            let isMatch = try pattern.firstValue(in: text, within: .seconds(10)) != nil
            memory.matches.withLock { $0[[source, text]] = isMatch }
            return isMatch
        }
    }
}
