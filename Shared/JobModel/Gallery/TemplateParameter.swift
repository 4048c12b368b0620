public import JSON

/// A parameter of a gallery template: a value that whoever makes a job of the template gives.
public struct TemplateParameter: Sendable, Hashable {
    /// What kind of value it has.
    public enum Kind: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// A string.
        case text
        /// A whole number.
        case integer
        /// Any number.
        case number
        /// `true` or `false`.
        case boolean
        /// An array of strings.
        case list
    }

    /// A letter or `_`, then letters, digits, `_` and `-` (ASCII); 1 to 128 characters.
    public var name: String
    /// What kind of value it has.
    public var type: Kind
    /// What it means, 1 to 1,024 characters.
    public var description: String?
    /// Whether a value must be given; false for one with a default.
    public var required: Bool
    /// The value when none is given; `nil`: the field it stands for is left out.
    public var defaultValue: JSONValue?
    /// The only values there are, of the parameter's kind (for a list: of its elements); empty: any.
    public var allowedValues: [JSONValue]
    /// What a text, or each element of a list, must match as a whole.
    public var pattern: String?
    /// The lowest number; `nil`: any.
    public var minimum: JSONNumber?
    /// The highest number; `nil`: any.
    public var maximum: JSONNumber?
    /// The shortest text, or element of a list, in code points.
    public var minLength: Int?
    /// The longest text, or element of a list, in code points.
    public var maxLength: Int?
    /// The fewest elements of a list.
    public var minItems: Int?
    /// The most elements of a list.
    public var maxItems: Int?
    /// The value is never shown, and stands only where a runner keeps it from being shown: in sensitive inputs of steps.
    public var sensitive: Bool

    /// A parameter without bounds.
    public init(
        name: String, type: Kind, description: String? = nil, required: Bool = true, defaultValue: JSONValue? = nil, sensitive: Bool = false
    ) {
        self.name = name
        self.type = type
        self.description = description
        self.required = required
        self.defaultValue = defaultValue
        allowedValues = []
        self.sensitive = sensitive
    }
}

/// Definitions by name, in their order.
struct TemplateParameters: JSONCodable {
    var all: [TemplateParameter] = []

    /// Writes an object.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            for parameter in all {
                writer.key(parameter.name)
                writer.object { parameter.encodeFields(to: &$0) }
            }
        }
    }

    init(all: [TemplateParameter]) {
        self.all = all
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    init(from reader: inout JSONReader) throws {
        var found: [TemplateParameter] = []
        try reader.object { reader, key in found.append(try TemplateParameter(name: key.string, fields: try reader.fields())) }
        all = found
    }
}

extension TemplateParameter {
    /// Everything but the name, which is the key.
    fileprivate func encodeFields(to writer: inout JSONWriter) {
        writer.field("type", type)
        writer.field("description", ifPresent: description)
        writer.field("required", required)
        writer.field("default", ifPresent: defaultValue)
        if !allowedValues.isEmpty { writer.field("allowedValues", allowedValues) }
        writer.field("pattern", ifPresent: pattern)
        writer.field("minimum", ifPresent: minimum)
        writer.field("maximum", ifPresent: maximum)
        writer.field("minLength", ifPresent: minLength)
        writer.field("maxLength", ifPresent: maxLength)
        writer.field("minItems", ifPresent: minItems)
        writer.field("maxItems", ifPresent: maxItems)
        writer.field("sensitive", sensitive)
    }

    fileprivate init(name: String, fields: JSONFields) throws {
        self.init(
            name: name, type: try fields("type"), description: try fields.optional("description"), required: try fields("required"),
            defaultValue: try fields.optional("default"), sensitive: try fields("sensitive"))
        allowedValues = try fields.optional("allowedValues") ?? []
        pattern = try fields.optional("pattern")
        minimum = try fields.optional("minimum")
        maximum = try fields.optional("maximum")
        minLength = try fields.optional("minLength")
        maxLength = try fields.optional("maxLength")
        minItems = try fields.optional("minItems")
        maxItems = try fields.optional("maxItems")
    }
}
