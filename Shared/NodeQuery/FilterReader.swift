import Extraction
import JSON

/// Reads a filter's JSON and reports all that is wrong.
struct FilterReader {
    private(set) var problems: [NodeQueryProblem] = []
    private var values = 0
    private var patterns = 0
    private static let mostProblems = 100

    private mutating func report(_ pointer: JSONPointer, _ expected: String, _ found: String) {
        guard problems.count < Self.mostProblems else { return }
        problems.append(NodeQueryProblem(at: pointer, expected: expected, found: found))
    }

    mutating func filter(_ value: JSONValue) -> NodeExpression? {
        guard let members = members(of: value, at: .root, known: ["constraints", "query"]) else { return nil }
        switch (members["constraints"] ?? .null, members["query"] ?? .null) {
        case (.null, .null):
            report(.root, "constraints or query", "neither")
            return nil
        case (.null, let query): return self.query(query)
        case (let constraints, .null): return self.constraints(constraints)
        default:
            report(.root, "either constraints or query", "both")
            return nil
        }
    }

    private mutating func query(_ value: JSONValue) -> NodeExpression? {
        let pointer = JSONPointer.root.appending("query")
        guard let text = text(value, at: pointer) else { return nil }
        do {
            return try NodeExpression(query: text)
        } catch {
            problems.append(NodeQueryProblem(at: pointer, position: error.position, expected: error.expected, found: error.found))
            return nil
        }
    }

    /// All constraints together must hold.
    private mutating func constraints(_ value: JSONValue) -> NodeExpression? {
        let pointer = JSONPointer.root.appending("constraints")
        guard let members = members(of: value, at: pointer, known: ["attributes", "skills", "enrollmentLevel", "healthStatus"]) else {
            return nil
        }
        var parts: [NodeExpression?] = []
        for (place, element) in elements(of: members["attributes"], at: pointer.appending("attributes")) {
            parts.append(attribute(element, at: place))
        }
        for (place, element) in elements(of: members["skills"], at: pointer.appending("skills")) {
            parts.append(skill(element, at: place))
        }
        for (key, field) in [("enrollmentLevel", NodeField.enrolmentLevel), ("healthStatus", .health)] {
            guard let value = members[key], value != .null else { continue }
            parts.append(choice(of: field, value, at: pointer.appending(key)))
        }
        if parts.isEmpty, problems.isEmpty { report(pointer, "at least one constraint", "none") }
        let found = parts.compactMap(\.self)
        return found.count == 1 ? found[0] : .all(found)
    }

    // MARK: Constraints

    private mutating func attribute(_ value: JSONValue, at pointer: JSONPointer) -> NodeExpression? {
        guard let members = members(of: value, at: pointer, known: ["name", "operator", "value", "namespace"]) else { return nil }
        let name = required(members["name"], at: pointer.appending("name"))
        let namespaces = texts(members["namespace"] ?? .null, at: pointer.appending("namespace"), mayBeMissing: true)
        guard let name, let namespaces else { return nil }
        for (index, namespace) in namespaces.enumerated() where namespace.isEmpty {
            report(pointer.appending("namespace").appending(index), "a text that is not empty", "an empty one")
        }
        let fields =
            namespaces.isEmpty ? [NodeField(unqualified: name)] : namespaces.map { NodeField.attribute(namespace: $0, name: name) }
        let values = texts(members["value"] ?? .null, at: pointer.appending("value"))
        let place = pointer.appending("operator")
        guard let operation = required(members["operator"], at: place), let values else { return nil }
        let test: TextTest?
        switch operation.uppercased() {
        case "=", "!=":
            for field in fields { check(values, of: field, at: pointer.appending("value")) }
            test = .isOne(values)
        case "CONTAINS": test = .contains(values)
        case "MATCHES": test = patterns(values, at: pointer.appending("value"))
        default:
            report(place, "one of =, !=, MATCHES, CONTAINS", "\"\(operation.prefix(40))\"")
            return nil
        }
        guard let test else { return nil }
        let tests = fields.map { NodeExpression.field($0, test) }
        let expression = tests.count == 1 ? tests[0] : .any(tests)
        return operation == "!=" ? .not(expression) : expression
    }

    private mutating func patterns(_ sources: [String], at pointer: JSONPointer) -> TextTest? {
        patterns += sources.count
        guard patterns <= QueryParser.mostPatterns else {
            report(pointer, "at most \(QueryParser.mostPatterns) regular expressions in a filter", "\(patterns)")
            return nil
        }
        var read: [TextPattern] = []
        for (index, source) in sources.enumerated() {
            do {
                read.append(try TextPattern(source))
            } catch {
                let expected = "a regular expression: at its character \(error.position) \(error.expected)"
                report(pointer.appending(index), expected, error.found)
            }
        }
        return read.count == sources.count ? .matches(read) : nil
    }

    /// Versions are written `1.2`, `= 1.2`, `>= 1.2`, …: one of those that are equal, and all the others.
    private mutating func skill(_ value: JSONValue, at pointer: JSONPointer) -> NodeExpression? {
        guard let members = members(of: value, at: pointer, known: ["name", "version"]) else { return nil }
        let versions = texts(members["version"] ?? .null, at: pointer.appending("version"), mayBeMissing: true)
        guard let name = required(members["name"], at: pointer.appending("name")), let versions else { return nil }
        var equal: [String] = []
        var tests: [VersionTest] = []
        for (index, text) in versions.enumerated() {
            let sign = text.prefix { "<>=!".contains($0) }
            let version = String(text.dropFirst(sign.count).drop { $0 == " " })
            guard !version.isEmpty else {
                report(pointer.appending("version").appending(index), "a version, such as \">= 1.2\"", "\"\(text.prefix(40))\"")
                continue
            }
            switch sign {
            case "", "=", "==": equal.append(version)
            case "!=": tests.append(.isNone([version]))
            default:
                guard let order = TextOrder(rawValue: String(sign)) else {
                    report(pointer.appending("version").appending(index), "one of =, !=, <, <=, >, >=", "\"\(sign)\"")
                    continue
                }
                tests.append(.ordered(order, version))
            }
        }
        return .skill(name, equal.isEmpty ? tests : [.isOne(equal)] + tests)
    }

    /// `enrollmentLevel` and `healthStatus`.
    private mutating func choice(of field: NodeField, _ value: JSONValue, at pointer: JSONPointer) -> NodeExpression? {
        guard let members = members(of: value, at: pointer, known: ["operator", "value"]) else { return nil }
        let operation = required(members["operator"], at: pointer.appending("operator"))
        let values = texts(members["value"] ?? .null, at: pointer.appending("value"))
        guard let operation, let values else { return nil }
        check(values, of: field, at: pointer.appending("value"))
        switch operation {
        case "=": return .field(field, .isOne(values))
        case "!=": return .not(.field(field, .isOne(values)))
        default:
            report(pointer.appending("operator"), "= or !=", "\"\(operation.prefix(40))\"")
            return nil
        }
    }

    private mutating func check(_ values: [String], of field: NodeField, at pointer: JSONPointer) {
        guard let known = field.values else { return }
        for (index, value) in values.enumerated() where !known.contains(value) {
            report(pointer.appending(index), "one of \(known.joined(separator: ", "))", "\"\(value.prefix(40))\"")
        }
    }

    // MARK: Shapes

    private mutating func members(of value: JSONValue, at pointer: JSONPointer, known: [String]) -> [String: JSONValue]? {
        guard let members = value.members else {
            report(pointer, "an object", "\(value.kind)")
            return nil
        }
        for key in members.keys.sorted() where !known.contains(key) {
            report(pointer.appending(key), "one of the fields \(known.joined(separator: ", "))", "another")
        }
        return members
    }

    private mutating func elements(of value: JSONValue?, at pointer: JSONPointer) -> [(JSONPointer, JSONValue)] {
        guard let value, value != .null else { return [] }
        guard let elements = value.elements else {
            report(pointer, "an array", "\(value.kind)")
            return []
        }
        return elements.enumerated().map { (pointer.appending($0), $1) }
    }

    private mutating func text(_ value: JSONValue, at pointer: JSONPointer) -> String? {
        guard let text = value.text else {
            report(pointer, "a string", "\(value.kind)")
            return nil
        }
        return text
    }

    /// A string that is there and not empty.
    private mutating func required(_ value: JSONValue?, at pointer: JSONPointer) -> String? {
        guard let text = text(value ?? .null, at: pointer) else { return nil }
        guard !text.isEmpty else {
            report(pointer, "a text that is not empty", "an empty one")
            return nil
        }
        return text
    }

    /// One string or an array of them.
    private mutating func texts(_ value: JSONValue, at pointer: JSONPointer, mayBeMissing: Bool = false) -> [String]? {
        if mayBeMissing, value == .null { return [] }
        if let text = value.text {
            values += 1
            return [text]
        }
        guard let elements = value.elements else {
            report(pointer, "an array of strings", "\(value.kind)")
            return nil
        }
        guard mayBeMissing || !elements.isEmpty else {
            report(pointer, "at least one string", "none")
            return nil
        }
        values += elements.count
        guard values <= QueryParser.mostValues else {
            report(pointer, "at most \(QueryParser.mostValues) strings in a filter", "\(values)")
            return nil
        }
        let texts = elements.enumerated().compactMap { index, element in text(element, at: pointer.appending(index)) }
        return texts.count == elements.count ? texts : nil
    }
}
