internal import CYaml
internal import JSON

/// One event of a YAML stream.
struct YAMLEvent {
    enum Kind {
        case documentStart(hasTags: Bool)
        case streamEnd
        case alias(String)
        case scalar(String, tag: String?, isPlain: Bool)
        case sequenceStart(tag: String?)
        case mappingStart(tag: String?)
        case end
        case other
    }

    let kind: Kind
    /// The name under which aliases refer to the value.
    let anchor: String?
    let character: Int
    let line: Int
    let column: Int
}

/// A stream that libyaml refuses.
struct YAMLSyntaxError: Error {
    let what: String
    let line: Int
    let column: Int

    /// What was expected and what was found: libyaml's sentences begin with one or the other, or say what must not be.
    var sides: (expected: String, found: String) {
        for start in ["did not find expected ", "could not find expected "] where what.hasPrefix(start) {
            return (String(what.dropFirst(start.count)), "something else")
        }
        return ("YAML", what.hasPrefix("found ") ? String(what.dropFirst("found ".count)) : what)
    }
}

/// Hands over libyaml's events, one after the other, so that nesting can be bounded before anything is built of it.
enum YAMLEvents {
    /// - Parameter body: Called with each event until it returns false or the stream ends.
    /// - Throws: `YAMLSyntaxError`; what `body` throws.
    static func forEach(in bytes: [UInt8], _ body: (YAMLEvent) throws -> Bool) throws {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw YAMLSyntaxError(what: "no memory", line: 0, column: 0) }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        try bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            while true {
                var event = yaml_event_t()
                guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError(parser.pointee) }
                defer { yaml_event_delete(&event) }
                let read = read(event)
                if try !body(read) { return }
                if case .streamEnd = read.kind { return }
            }
        }
    }

    private static func syntaxError(_ parser: yaml_parser_t) -> YAMLSyntaxError {
        let what = parser.problem.map { String(cString: $0) } ?? "another text"
        return YAMLSyntaxError(what: what, line: parser.problem_mark.line, column: parser.problem_mark.column)
    }

    private static func read(_ event: yaml_event_t) -> YAMLEvent {
        let (kind, anchor): (YAMLEvent.Kind, UnsafeMutablePointer<yaml_char_t>?)
        switch event.type {
        case YAML_DOCUMENT_START_EVENT:
            let tags = event.data.document_start.tag_directives
            (kind, anchor) = (.documentStart(hasTags: tags.start != tags.end), nil)
        case YAML_STREAM_END_EVENT: (kind, anchor) = (.streamEnd, nil)
        case YAML_ALIAS_EVENT: (kind, anchor) = (.alias(text(event.data.alias.anchor) ?? ""), nil)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let value = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            (kind, anchor) = (.scalar(value, tag: text(scalar.tag), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), scalar.anchor)
        case YAML_SEQUENCE_START_EVENT:
            (kind, anchor) = (.sequenceStart(tag: text(event.data.sequence_start.tag)), event.data.sequence_start.anchor)
        case YAML_MAPPING_START_EVENT:
            (kind, anchor) = (.mappingStart(tag: text(event.data.mapping_start.tag)), event.data.mapping_start.anchor)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: (kind, anchor) = (.end, nil)
        default: (kind, anchor) = (.other, nil)
        }
        let mark = event.start_mark
        return YAMLEvent(kind: kind, anchor: text(anchor), character: mark.index, line: mark.line, column: mark.column)
    }

    private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }
}
