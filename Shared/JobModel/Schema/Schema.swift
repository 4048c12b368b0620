internal import JSON

/// A JSON Schema (draft 2020-12), or a part of one: keywords, in the order they are written.
struct Schema: JSONEncodable {
    private(set) var keywords: [(name: String, value: any JSONEncodable)]

    init(_ keywords: (String, any JSONEncodable)...) {
        self.keywords = keywords.map { (name: $0.0, value: $0.1) }
    }

    /// The schema with one more keyword, or another value of one it has.
    func adding(_ name: String, _ value: any JSONEncodable) -> Schema {
        var copy = self
        if let index = keywords.firstIndex(where: { $0.name == name }) {
            copy.keywords[index].value = value
        } else {
            copy.keywords.append((name, value))
        }
        return copy
    }

    /// Writes an object.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            for keyword in keywords {
                writer.key(keyword.name)
                keyword.value.encode(to: &writer)
            }
        }
    }

    private func value<T>(_ name: String) -> T? { keywords.first { $0.name == name }?.value as? T }
}

// MARK: What people see of it

extension Schema {
    /// With a text that editors show.
    func described(_ text: String) -> Schema { adding("description", text) }

    /// With the value that an absent field has.
    func withDefault(_ value: some JSONEncodable) -> Schema { adding("default", value) }

    /// With values that editors offer.
    func withExamples(_ values: String...) -> Schema { adding("examples", values) }

    /// Of an older dialect: understood, but written otherwise today.
    func deprecated(_ today: String) -> Schema { adding("deprecated", true).described("Older spelling: \(today).") }

    /// The value, or null, which is the same as no field.
    var orNull: Schema {
        if let type: String = value("type") { return adding("type", [type, "null"]) }
        if let values: [JSONValue] = value("enum") { return adding("enum", values + [.null]) }
        return .any(of: [self, .null])
    }
}

// MARK: Kinds of values, as `TemplateValue` reads them

extension Schema {
    static var null: Schema { Schema(("type", "null")) }
    static var flag: Schema { Schema(("type", "boolean")) }
    static var anything: Schema { Schema() }

    /// What stands under `$defs` by this name.
    static func reference(_ name: String) -> Schema { Schema(("$ref", "#/$defs/\(name)")) }

    static func any(of schemas: [Schema]) -> Schema { Schema(("anyOf", schemas)) }

    /// A text of so many code points, none of them U+0000.
    static func text(_ lengths: ClosedRange<Int> = TemplateLimits.text) -> Schema {
        var schema = Schema(("type", "string"))
        if lengths.lowerBound > 0 { schema = schema.adding("minLength", lengths.lowerBound) }
        if lengths.upperBound < .max { schema = schema.adding("maxLength", lengths.upperBound) }
        return schema.adding("pattern", "^[^\\x00]*$")
    }

    static func int(_ range: ClosedRange<Int>) -> Schema {
        Schema(("type", "integer"), ("minimum", range.lowerBound), ("maximum", range.upperBound))
    }

    /// One of the names of `T`, or of `others`, older spellings.
    static func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type, others: [String] = []) -> Schema where T.RawValue == String {
        choice(T.allCases.map(\.rawValue) + others)
    }

    static func choice(_ names: [String]) -> Schema { Schema(("enum", names.map(JSONValue.string))) }

    static func constant(_ text: String) -> Schema { Schema(("const", text)) }

    static func array(of element: Schema, atLeast minimum: Int = 0) -> Schema {
        let schema = Schema(("type", "array"), ("items", element))
        return minimum > 0 ? schema.adding("minItems", minimum) : schema
    }

    /// An object whose keys the template's author chooses.
    static func map(of value: Schema) -> Schema {
        Schema(("type", "object"), ("propertyNames", text(TemplateLimits.name)), ("additionalProperties", value))
    }
}

// MARK: Objects

extension Schema {
    /// A field of an object.
    struct Field {
        let name: String
        let schema: Schema
        let isRequired: Bool

        /// A field that must be there and not be null.
        static func required(_ name: String, _ schema: Schema) -> Field { Field(name: name, schema: schema, isRequired: true) }

        /// A field that may be absent or null.
        static func optional(_ name: String, _ schema: Schema) -> Field { Field(name: name, schema: schema.orNull, isRequired: false) }
    }

    /// Members in their order; written as an object.
    struct Members: JSONEncodable {
        let members: [(name: String, schema: Schema)]

        func encode(to writer: inout JSONWriter) {
            Schema(keywords: members.map { ($0.name, $0.schema) }).encode(to: &writer)
        }
    }

    private init(keywords: [(name: String, value: any JSONEncodable)]) { self.keywords = keywords }

    /// An object with these fields and no others.
    static func object(_ fields: [Field]) -> Schema {
        let required = fields.filter(\.isRequired).map(\.name)
        var schema = Schema(("type", "object"))
        if !required.isEmpty { schema = schema.adding("required", required) }
        return schema.adding("properties", Members(members: fields.map { ($0.name, $0.schema) })).adding("additionalProperties", false)
    }

    /// Objects in which each of `fields`, if it is there, is as its schema says.
    static func having(_ fields: (String, Schema)..., required: [String] = []) -> Schema {
        let schema = Schema(("properties", Members(members: fields.map { (name: $0.0, schema: $0.1) })))
        return required.isEmpty ? schema : schema.adding("required", required)
    }

    /// With one more thing that must hold.
    func and(_ schemas: Schema...) -> Schema { adding("allOf", (value("allOf") as [Schema]? ?? []) + schemas) }

    /// `then` where `condition` holds, `otherwise` where it does not.
    static func when(_ condition: Schema, then: Schema, otherwise: Schema? = nil) -> Schema {
        let schema = Schema(("if", condition), ("then", then))
        return otherwise.map { schema.adding("else", $0) } ?? schema
    }

    static func not(_ schema: Schema) -> Schema { Schema(("not", schema)) }

    /// Objects that have at most one of these fields: different spellings of the same.
    static func atMostOne(of names: [String]) -> Schema {
        let pairs = names.indices.flatMap { first in names[(first + 1)...].map { [names[first], $0] } }
        // `required` holds of everything that is no object, such as null.
        return .not(.any(of: pairs.map { Schema(("type", "object"), ("required", $0)) }))
    }
}
