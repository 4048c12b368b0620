public import JSON

/// A test of a step's own that every attempt must pass to be a success.
public enum StepCriterion: Sendable, Hashable {
    /// The exit code is one of these. A step without this criterion has to end with 0.
    case exitCodes([Int])
    /// A value of the attempt is as it should be.
    case value(StepValueTest)
}

/// A test of one value that an attempt left.
public struct StepValueTest: Sendable, Hashable {
    /// Where the value comes from.
    public enum Subject: Sendable, Hashable {
        /// An output of the step, by name: of its own rules, or put out by its interpreter.
        case output(String)
        /// What this rule takes from the step's output or a file; `required` is not looked at.
        case extracted(OutputFieldRule)
    }

    /// What the value is compared with, in the manner of conditions.
    public struct Comparison: Sendable, Hashable {
        /// How it is compared.
        public var `operator`: Condition.Operator
        /// `$name` means an input of the step, `$$` a dollar sign.
        public var value: String

        /// A comparison.
        public init(_ operator: Condition.Operator, _ value: String) {
            self.operator = `operator`
            self.value = value
        }
    }

    /// Where the value comes from.
    public var subject: Subject
    /// `nil`: there must be a value, whatever it is.
    public var comparison: Comparison?
    /// Turns the result round: the comparison must not hold, or without one there must be no value.
    public var negate: Bool

    /// A test.
    public init(_ subject: Subject, _ comparison: Comparison? = nil, negate: Bool = false) {
        self.subject = subject
        self.comparison = comparison
        self.negate = negate
    }
}

extension Step {
    /// The exit codes that are a success: those of its criterion, else 0 alone.
    public var acceptedExitCodes: [Int] {
        for case .exitCodes(let codes) in successCriteria { return codes }
        return [0]
    }
}

extension StepCriterion: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            switch self {
            case .exitCodes(let codes): writer.field("exitCodes", codes)
            case .value(let test): test.encodeFields(to: &writer)
            }
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        if let codes: [Int] = try fields.optional("exitCodes") {
            self = .exitCodes(codes)
        } else {
            self = .value(try StepValueTest(fields))
        }
    }
}

extension StepValueTest {
    fileprivate func encodeFields(to writer: inout JSONWriter) {
        switch subject {
        case .output(let name): writer.field("outputName", name)
        case .extracted(let rule):
            writer.field("sourceType", rule.sourceType)
            writer.field("source", ifPresent: rule.source)
            writer.field("extractMethod", rule.extractMethod)
            writer.field("expression", ifPresent: rule.expression)
            writer.field("sensitive", rule.sensitive)
        }
        writer.field("operator", ifPresent: comparison?.operator)
        writer.field("value", ifPresent: comparison?.value)
        writer.field("negate", negate)
    }

    fileprivate init(_ fields: JSONFields) throws {
        if let name: String = try fields.optional("outputName") {
            subject = .output(name)
        } else {
            subject = .extracted(
                OutputFieldRule(
                    sourceType: try fields("sourceType"), source: try fields.optional("source"), extractMethod: try fields("extractMethod"),
                    expression: try fields.optional("expression"), required: true, sensitive: try fields("sensitive")))
        }
        if let name: Condition.Operator = try fields.optional("operator") { comparison = Comparison(name, try fields("value")) }
        negate = try fields("negate")
    }
}
