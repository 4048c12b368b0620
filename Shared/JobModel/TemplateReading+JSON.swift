public import JSON

extension TemplateProblem: JSONCodable {
    /// Writes an object; `line` and `column` count from 1.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("kind", kind)
            writer.field("pointer", pointer.description)
            writer.field("message", message)
            writer.field("expected", expected)
            writer.field("found", found)
            writer.field("hint", ifPresent: hint)
            position.encodeFields(to: &writer)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            try fields("kind"), at: JSONPointer(try fields("pointer")) ?? .root, message: try fields("message"),
            expected: try fields("expected"), found: try fields("found"), hint: try fields.optional("hint"),
            position: try JSONPosition?(fields: fields))
    }
}

extension TemplateWarning: JSONCodable {
    /// Writes an object; `line` and `column` count from 1.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("pointer", pointer.description)
            writer.field("message", message)
            position.encodeFields(to: &writer)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            at: JSONPointer(try fields("pointer")) ?? .root, message: try fields("message"), position: try JSONPosition?(fields: fields))
    }
}

extension JSONPosition? {
    fileprivate func encodeFields(to writer: inout JSONWriter) {
        guard let self else { return }
        writer.field("line", self.line)
        writer.field("column", self.column)
        writer.field("offset", self.offset)
    }

    fileprivate init(fields: JSONFields) throws {
        guard let line: Int = try fields.optional("line"), let column: Int = try fields.optional("column") else {
            self = nil
            return
        }
        self = JSONPosition(line: line, column: column, offset: try fields.optional("offset") ?? 0)
    }
}
