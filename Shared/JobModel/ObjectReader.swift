internal import JSON

/// An object of a template: gives its fields by name, remembers which were asked for, and reports the others.
///
/// The code that asks for the fields is the schema: one line each, with name, type, range and default.
final class ObjectReader {
    /// The object itself.
    let value: TemplateValue

    private let spellings: [String: String]
    private let members: [String: JSONMember]
    private var known: [String] = []

    /// - Parameter spellings: Older names of fields, each with today's.
    init(_ value: TemplateValue, spellings: [String: String] = [:]) {
        self.value = value
        self.spellings = spellings
        let members = value.node.members ?? []
        self.members = Dictionary(members.map { ($0.key, $0) }) { first, _ in first }
    }

    /// The field `name`; `nil` when it is absent or null.
    func optional(_ name: String) -> TemplateValue? {
        guard let field = find(name) else { return nil }
        if case .null = field.node.kind { return nil }
        return field
    }

    /// The field `name`; reported as missing when it is absent or null.
    func required(_ name: String, _ expected: String, hint: String? = nil) -> TemplateValue? {
        let field = find(name)
        if let field, !field.isNull { return field }
        value.findings.report(
            at: field?.pointer ?? value.pointer.appending(name), offset: (field ?? value).node.offset, "missing", expected: expected,
            found: field == nil ? "nothing" : "null", hint: hint)
        return nil
    }

    /// Whether the object has a field called exactly this.
    func has(_ name: String) -> Bool { members[name] != nil }

    /// The keys of the object the field `name` holds; none when it holds something else.
    func keys(of name: String) -> [String] { find(name)?.node.members?.map(\.key) ?? [] }

    /// Reports every field that nobody has asked for, with the nearest name of those somebody has.
    func reportUnknown() {
        for member in value.node.members ?? [] where !known.contains(spellings[member.key] ?? member.key) {
            value.findings.report(
                at: value.pointer.appending(member.key), offset: member.keyOffset, "unknown field",
                expected: value.findings.isFull ? "" : "one of \(known.joined(separator: ", "))", found: "\"\(member.key.prefix(60))\"",
                hint: value.findings.isFull ? nil : NearestName.hint(for: member.key, among: known))
        }
    }

    private func find(_ name: String) -> TemplateValue? {
        if !known.contains(name) { note(name) }
        if let member = members[name] { return field(member) }
        let older = spellings.first { $0.value == name && members[$0.key] != nil }
        return older.flatMap { members[$0.key] }.map(field)
    }

    /// The first time a field is asked for: other spellings are understood once, and refused beside the field itself.
    private func note(_ name: String) {
        known.append(name)
        let older = value.node.members?.filter { spellings[$0.key] == name } ?? []
        let spare = members[name] == nil ? older.dropFirst() : older[...]
        for member in spare {
            field(member).problem("the same field twice", expected: "only \(name)", found: "\"\(member.key)\" as well") as Void?
        }
        if members[name] == nil, let first = older.first {
            value.findings.warn(at: field(first).pointer, offset: first.keyOffset, "\"\(first.key)\" is an older name of \"\(name)\"")
        }
    }

    private func field(_ member: JSONMember) -> TemplateValue {
        TemplateValue(node: member.node, pointer: value.pointer.appending(member.key), findings: value.findings)
    }
}

extension TemplateValue {
    fileprivate var isNull: Bool {
        if case .null = node.kind { true } else { false }
    }
}
