public import JSON

/// What a job runs on every node: steps, one after the other.
public struct Actions: Sendable, Hashable {
    /// How the node is reached; only `agent`.
    public var accessMode: String
    /// At least one.
    public var steps: [Step]

    /// Steps to run by the node's runner.
    public init(accessMode: String = "agent", steps: [Step]) {
        self.accessMode = accessMode
        self.steps = steps
    }
}

/// One step.
public struct Step: Sendable, Hashable {
    /// 1 to 128 characters.
    public var name: String
    /// 1 to 1,024 characters.
    public var description: String?
    /// What runs it.
    public var interpreter: Interpreter
    /// What is run.
    public var command: Command
    /// Values given beforehand.
    public var inputs: [String: String]
    /// The inputs the step knows.
    public var expectedInputs: [String: ExpectedInput]
    /// What is taken from its result for later steps, by name.
    public var outputFieldRules: [String: OutputFieldRule]
    /// How often it is tried again after a failure.
    public var retryCount: Int
    /// What a failure means.
    public var failureBehavior: FailureBehavior
    /// What it may not exceed.
    public var limits: StepLimits
    /// All must hold, or the step is skipped.
    public var conditions: [Condition]
    /// All must be met, or an attempt is a failure.
    public var successCriteria: [StepCriterion]

    /// A step with every default.
    public init(
        name: String, description: String? = nil, interpreter: Interpreter, command: Command, inputs: [String: String] = [:],
        expectedInputs: [String: ExpectedInput] = [:], outputFieldRules: [String: OutputFieldRule] = [:], retryCount: Int = 1,
        failureBehavior: FailureBehavior = FailureBehavior(), limits: StepLimits = StepLimits(), conditions: [Condition] = [],
        successCriteria: [StepCriterion] = []
    ) {
        self.name = name
        self.description = description
        self.interpreter = interpreter
        self.command = command
        self.inputs = inputs
        self.expectedInputs = expectedInputs
        self.outputFieldRules = outputFieldRules
        self.retryCount = retryCount
        self.failureBehavior = failureBehavior
        self.limits = limits
        self.conditions = conditions
        self.successCriteria = successCriteria
    }
}

/// What runs a step, in which versions.
public struct Interpreter: Sendable, Hashable {
    /// Such as `chef-platform/shell-interpreter`.
    public var name: String
    /// The lowest version of the skill; `nil`: any.
    public var minVersion: String?
    /// The highest version of the skill; `nil`: any.
    public var maxVersion: String?

    /// An interpreter.
    public init(name: String, minVersion: String? = nil, maxVersion: String? = nil) {
        self.name = name
        self.minVersion = minVersion
        self.maxVersion = maxVersion
    }

    /// The shell interpreter's name.
    public static let shellName = "chef-platform/shell-interpreter"
}

/// What an interpreter is given.
public enum Command: Sendable, Hashable {
    /// Command lines by operating system (`linux`, `windows`, …); `any` stands for every one without lines of its own.
    case lines([String: [String]])
    /// A named function with arguments.
    case call(exec: String, arguments: [String: JSONValue])

    /// The key of lines that hold on every system.
    public static let anySystem = "any"

    /// The lines for `system`; `nil` when there are none.
    public func lines(for system: String) -> [String]? {
        guard case .lines(let lines) = self else { return nil }
        return lines[system] ?? lines[Self.anySystem]
    }
}

/// An input that a step knows.
public struct ExpectedInput: Sendable, Hashable {
    /// Used when no value is given.
    public var defaultValue: String?
    /// Without a value the step fails before it starts.
    public var required: Bool
    /// The value is never shown.
    public var sensitive: Bool

    /// An input; required unless said otherwise.
    public init(defaultValue: String? = nil, required: Bool = true, sensitive: Bool = false) {
        self.defaultValue = defaultValue
        self.required = required
        self.sensitive = sensitive
    }
}

/// How a value is taken from a step's result.
public struct OutputFieldRule: Sendable, Hashable {
    /// What it is taken from.
    public enum SourceType: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// A file the step made.
        case artifact
        /// The exit code.
        case exitCode
        /// A file.
        case file
        /// Standard output or standard error.
        case output
    }

    /// How it is found there.
    public enum ExtractMethod: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// A regular expression.
        case regEx
        /// RFC 9535 JSONPath.
        case jsonPath
        /// All of it.
        case content
    }

    /// What it is taken from.
    public var sourceType: SourceType
    /// A path, or `stdout` or `stderr`; not used with `exitCode`.
    public var source: String?
    /// How it is found there.
    public var extractMethod: ExtractMethod
    /// The regular expression or path.
    public var expression: String?
    /// The step fails when there is no value.
    public var required: Bool
    /// The value is never shown.
    public var sensitive: Bool

    /// A rule.
    public init(
        sourceType: SourceType, source: String? = nil, extractMethod: ExtractMethod, expression: String? = nil, required: Bool = false,
        sensitive: Bool = false
    ) {
        self.sourceType = sourceType
        self.source = source
        self.extractMethod = extractMethod
        self.expression = expression
        self.required = required
        self.sensitive = sensitive
    }
}

/// What a step may not exceed.
public struct StepLimits: Sendable, Hashable {
    /// Processor cores; 0: all.
    public var cores: Int
    /// Share of a processor, 0.0 to 1.0; 1.0: all of it.
    public var cpu: Double
    /// Seconds for one attempt; 0: no limit.
    public var timeoutSeconds: Int

    /// No limits unless some are named.
    public init(cores: Int = 0, cpu: Double = 1, timeoutSeconds: Int = 0) {
        self.cores = cores
        self.cpu = cpu
        self.timeoutSeconds = timeoutSeconds
    }
}

/// A comparison that decides whether a step runs.
public struct Condition: Sendable, Hashable {
    /// How the input is compared.
    public enum Operator: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        case eq, gt, gte, lt, lte, matches, startsWith, endsWith, contains
    }

    /// The input that is compared.
    public var inputName: String
    /// How it is compared.
    public var `operator`: Operator
    /// What it is compared with; `$name` means another input, `$$` a dollar sign.
    public var value: String
    /// Turns the result round.
    public var negate: Bool

    /// A comparison.
    public init(inputName: String, operator: Operator, value: String, negate: Bool = false) {
        self.inputName = inputName
        self.operator = `operator`
        self.value = value
        self.negate = negate
    }
}
