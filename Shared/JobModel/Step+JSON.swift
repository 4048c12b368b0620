public import JSON

extension Actions: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("accessMode", accessMode)
            writer.field("steps", steps)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(accessMode: try fields("accessMode"), steps: try fields("steps"))
    }
}

extension Step: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("description", ifPresent: description)
            writer.field("interpreter", interpreter)
            writer.field("command", command)
            writer.field("inputs", inputs)
            writer.field("expectedInputs", expectedInputs)
            writer.field("outputFieldRules", outputFieldRules)
            writer.field("retryCount", retryCount)
            writer.field("failureBehavior", failureBehavior)
            writer.field("limits", limits)
            writer.field("conditions", conditions)
            writer.field("successCriteria", successCriteria)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            name: try fields("name"), description: try fields.optional("description"), interpreter: try fields("interpreter"),
            command: try fields("command"), inputs: try fields("inputs"), expectedInputs: try fields("expectedInputs"),
            outputFieldRules: try fields("outputFieldRules"), retryCount: try fields("retryCount"),
            failureBehavior: try fields("failureBehavior"), limits: try fields("limits"), conditions: try fields("conditions"),
            // Steps written before there were criteria have none.
            successCriteria: try fields.optional("successCriteria") ?? [])
    }
}

extension Interpreter: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            if minVersion != nil || maxVersion != nil {
                writer.key("skill")
                writer.object { writer in
                    writer.field("minVersion", ifPresent: minVersion)
                    writer.field("maxVersion", ifPresent: maxVersion)
                }
            }
            writer.field("name", name)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        let skill: [String: String] = try fields.optional("skill") ?? [:]
        self.init(name: try fields("name"), minVersion: skill["minVersion"], maxVersion: skill["maxVersion"])
    }
}

extension Command: JSONCodable {
    /// Writes an object: operating system → lines, or `exec` and `args`.
    public func encode(to writer: inout JSONWriter) {
        switch self {
        case .lines(let lines): writer.value(lines)
        case .call(let exec, let arguments):
            writer.object { writer in
                writer.field("exec", exec)
                writer.field("args", arguments)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        var copy = reader
        let fields = try reader.fields()
        if let exec: String = try fields.optional("exec") {
            self = .call(exec: exec, arguments: try fields.optional("args") ?? [:])
        } else {
            self = .lines(try copy.decode())
        }
    }
}

extension ExpectedInput: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("default", ifPresent: defaultValue)
            writer.field("required", required)
            writer.field("sensitive", sensitive)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            defaultValue: try fields.optional("default"), required: try fields("required"), sensitive: try fields("sensitive"))
    }
}

extension OutputFieldRule: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("sourceType", sourceType)
            writer.field("source", ifPresent: source)
            writer.field("extractMethod", extractMethod)
            writer.field("expression", ifPresent: expression)
            writer.field("required", required)
            writer.field("sensitive", sensitive)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            sourceType: try fields("sourceType"), source: try fields.optional("source"), extractMethod: try fields("extractMethod"),
            expression: try fields.optional("expression"), required: try fields("required"), sensitive: try fields("sensitive"))
    }
}

extension StepLimits: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("cores", cores)
            writer.field("cpu", cpu)
            writer.field("timeoutSeconds", timeoutSeconds)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(cores: try fields("cores"), cpu: try fields("cpu"), timeoutSeconds: try fields("timeoutSeconds"))
    }
}

extension Condition: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("inputName", inputName)
            writer.field("operator", `operator`)
            writer.field("value", value)
            writer.field("negate", negate)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            inputName: try fields("inputName"), operator: try fields("operator"), value: try fields("value"),
            negate: try fields("negate"))
    }
}

extension FailureBehavior: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("action", action)
            writer.field("retryBackoffStrategy", retryBackoffStrategy)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(action: try fields("action"), retryBackoffStrategy: try fields("retryBackoffStrategy"))
    }
}

extension RetryBackoff: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("type", type)
            writer.field("delaySeconds", delaySeconds)
            writer.field("arguments", arguments)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(type: try fields("type"), delaySeconds: try fields("delaySeconds"), arguments: try fields("arguments"))
    }
}
