internal import FoundationEssentials
internal import JSON

/// A value of a template, and where it stands. Its methods give it as what the schema wants, or report what is wrong and give `nil`.
struct TemplateValue {
    let node: JSONNode
    let pointer: JSONPointer
    let findings: TemplateFindings

    /// Reports a problem with this value; always `nil`, so that a reader can return it.
    @discardableResult
    func problem<T>(_ message: String, expected: String, found: String? = nil, hint: String? = nil) -> T? {
        findings.report(at: pointer, offset: node.offset, message, expected: expected, found: found ?? node.summary, hint: hint)
        return nil
    }

    /// Says how this value was understood.
    func warn(_ message: String) {
        findings.warn(at: pointer, offset: node.offset, message)
    }

    /// A string of `length` Unicode code points, none of them U+0000.
    func text(_ length: ClosedRange<Int>) -> String? {
        guard let text = node.text else {
            let isScalar = node.type == .number || node.type == .bool
            return wrongKind("a string", hint: isScalar ? "put it in quotes" : nil)
        }
        let count = text.unicodeScalars.count
        guard length.contains(count) else {
            let expected =
                length.upperBound == .max
                ? "at least \(length.lowerBound) characters" : "\(length.lowerBound) to \(length.upperBound) characters"
            return problem(count < length.lowerBound ? "too short" : "too long", expected: expected, found: "\(count)")
        }
        guard !text.utf8.contains(0) else {
            return problem("forbidden character", expected: "text without U+0000", found: "U+0000")
        }
        return text
    }

    /// Any string without U+0000.
    func text() -> String? { text(TemplateLimits.text) }

    /// `true` or `false`.
    func bool() -> Bool? {
        if case .bool(let value) = node.kind { return value }
        let word = node.text?.lowercased() ?? ""
        let isMeant = ["true", "false", "yes", "no", "on", "off"].contains(word)
        return wrongKind("true or false", hint: isMeant ? "write true or false, without quotes" : nil)
    }

    /// An integer of `range`; `1.0` is one.
    func int(_ range: ClosedRange<Int>) -> Int? {
        let expected =
            range.upperBound == .max
            ? "an integer, at least \(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
        guard case .number(let number) = node.kind else { return wrongKind(expected) }
        guard number.isIntegral else { return problem("not an integer", expected: expected) }
        guard let value = number.int, range.contains(value) else { return problem("out of range", expected: expected) }
        return value
    }

    /// A number from 0 to 1, compared before it is rounded.
    func share() -> Double? {
        guard case .number(let number) = node.kind else { return wrongKind("a number from 0.0 to 1.0") }
        guard number >= JSONNumber(0), number <= JSONNumber(1) else {
            return problem("out of range", expected: "a number from 0.0 to 1.0")
        }
        return number.double
    }

    /// One of the names of `T`, or of `others`, other spellings of them.
    func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type = T.self, others: [String: T] = [:]) -> T?
    where T.RawValue == String {
        let names = T.allCases.map(\.rawValue)
        let expected = names.count == 1 ? "\"\(names[0])\"" : "one of \(names.joined(separator: ", "))"
        guard let text = node.text else { return wrongKind(expected) }
        if let value = T.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) { return value }
        if let value = others[text] {
            warn("\"\(text)\" is an older spelling of \"\(value.rawValue)\"")
            return value
        }
        return problem("unknown name", expected: expected, hint: NearestName.hint(for: text, among: names))
    }

    /// A UUID other than the zero UUID.
    func uuid() -> UUID? {
        guard let text = node.text else { return wrongKind("a UUID") }
        guard let id = UUID(uuidString: text) else { return problem("not a UUID", expected: "a UUID") }
        guard !id.isZero else { return problem("not set", expected: "a UUID", found: "the zero UUID") }
        return id
    }

    /// The member `key` of an object.
    func member(_ key: String) -> TemplateValue? {
        node[key].map { TemplateValue(node: $0, pointer: pointer.appending(key), findings: findings) }
    }

    /// The elements of an array that has at least `minimum` of them; `name` names one of them.
    func elements(atLeast minimum: Int = 0, _ name: String) -> [TemplateValue]? {
        guard let elements = node.elements else { return wrongKind("an array") }
        guard elements.count >= minimum else {
            return problem("empty", expected: "at least one \(name)", found: "none")
        }
        return elements.enumerated().map { TemplateValue(node: $1, pointer: pointer.appending($0), findings: findings) }
    }

    /// The members of an object whose keys the template's author chooses, each key 1 to 128 characters.
    func entries() -> [(key: String, value: TemplateValue)]? {
        guard let members = node.members else { return wrongKind("an object") }
        return members.map { member in
            let value = TemplateValue(node: member.node, pointer: pointer.appending(member.key), findings: findings)
            let count = member.key.unicodeScalars.count
            if !TemplateLimits.name.contains(count) || member.key.utf8.contains(0) {
                value.problem(
                    "not a name", expected: "a key of 1 to 128 characters without U+0000",
                    found: count == 0 ? "an empty key" : count > TemplateLimits.name.upperBound ? "\(count) characters" : "U+0000") as Void?
            }
            return (member.key, value)
        }
    }

    /// Reads an object with the fields that `body` asks for; any other field is a problem.
    ///
    /// - Parameter spellings: Older names of fields, each with the name `body` asks for.
    func object<T>(spellings: [String: String] = [:], _ body: (ObjectReader) -> T?) -> T? {
        guard node.members != nil else { return wrongKind("an object") }
        let fields = ObjectReader(self, spellings: spellings)
        let result = body(fields)
        fields.reportUnknown()
        return result
    }

    /// Reports that this value is not of the kind expected.
    func wrongKind<T>(_ expected: String, hint: String? = nil) -> T? {
        problem("wrong type", expected: expected, found: node.type.description, hint: hint)
    }
}

extension JSONNode {
    /// The value in a few characters, for error messages; of containers the kind only.
    fileprivate var summary: String {
        switch kind {
        case .string(let text):
            let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(60).map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
            return text.unicodeScalars.count > 60 ? "\"\(start)…\"" : "\"\(start)\""
        case .number(let number): return String(number.literal.prefix(40))
        case .bool(let value): return "\(value)"
        case .null, .array, .object: return type.description
        }
    }
}

extension UUID {
    /// 00000000-0000-0000-0000-000000000000, which exports write for an identifier that is not set.
    var isZero: Bool { self == UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) }
}
