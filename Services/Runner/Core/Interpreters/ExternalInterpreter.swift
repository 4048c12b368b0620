import FoundationEssentials
import JSON
public import JobModel
import Messages

/// An executable that runs steps by the protocol of `docs/interpreters.md`: one process per step, a JSON document in, a JSON object out.
public struct ExternalInterpreter: StepInterpreter {
    /// The protocol's version.
    public static let protocolVersion = 1

    /// The names that templates use.
    public let names: [String]
    /// The skill it stands for.
    public let skill: (name: String, versions: [String])
    /// Why there is no version that could run, when there is none: the tool it stands for is not installed, say.
    public let missing: String?
    private let path: String
    private let host: ProcessHost

    init(path: String, description: Description, host: ProcessHost) {
        self.path = path
        self.host = host
        names = [description.name]
        skill = (description.skill, description.versions)
        missing = description.missing
    }

    /// That a limit cannot be enforced here.
    public func obstacle(to step: Step) -> String? {
        host.obstacle(to: step.limits)
    }

    /// Makes one attempt.
    public func run(_ attempt: StepAttempt, output: AttemptOutput) async -> AttemptResult {
        if let reason = obstacle(to: attempt.step) { return .finalFailure(reason) }
        if Task.isCancelled { return AttemptResult(status: .cancelled) }
        let seconds = attempt.step.limits.timeoutSeconds
        var environment = attempt.environment
        environment[Self.marker] = "\(attempt.runID.uuidString.lowercased()):\(attempt.number):\(attempt.attempt):1"
        if case .call(let exec, _) = attempt.step.command { environment["COURIER_EXEC"] = exec }
        var request = ProcessRequest(
            executable: path, arguments: ["run"], environment: environment, workingDirectory: attempt.workingDirectory, marker: Self.marker,
            limits: ProcessLimits(timeout: seconds > 0 ? .seconds(seconds) : nil, grace: attempt.grace))
        request.input = Self.document(attempt)
        request.bind(to: attempt.step.limits)
        let relay = AttemptOutput(relayingTo: output)
        var result: AttemptResult
        do {
            let outcome = try await host.run(request, output: relay)
            result = AttemptResult(outcome, timeoutSeconds: seconds)
            Self.take(relay.lastLine, into: &result, output: output, accepting: outcome.stop == nil ? attempt.step.acceptedExitCodes : nil)
        } catch {
            return Task.isCancelled ? AttemptResult(status: .cancelled) : .failure("\(error)")
        }
        result.stdoutBytes = output[.stdout].total
        result.stderrBytes = output[.stderr].total
        return result
    }

    static let marker = "COURIER_PROCESS"

    /// What the process reads.
    private static func document(_ attempt: StepAttempt) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("protocol", protocolVersion)
            writer.field("version", attempt.version)
            for (name, key) in identifiers { writer.field(name, attempt.environment[key] ?? "") }
            writer.field("step", attempt.number)
            writer.field("stepName", attempt.step.name)
            writer.field("attempt", attempt.attempt)
            writer.key("command")
            switch attempt.step.command {
            case .lines(let lines): writer.value(lines.mapValues { $0.map { Substitution($0, values: attempt.values).text } })
            case .call(let exec, let arguments):
                writer.object { writer in
                    writer.field("exec", exec)
                    writer.field("args", arguments.mapValues { Substitution.value($0, values: attempt.values) })
                }
            }
            writer.field("inputs", attempt.values.values)
            writer.field("sensitive", attempt.values.sensitive.sorted())
            writer.field("workingDirectory", attempt.workingDirectory)
            writer.field("timeoutSeconds", attempt.step.limits.timeoutSeconds)
        }
        return writer.bytes
    }

    private static let identifiers: [(StaticString, String)] = [
        ("jobId", "COURIER_JOB_ID"), ("jobName", "COURIER_JOB_NAME"), ("instanceId", "COURIER_INSTANCE_ID"), ("runId", "COURIER_RUN_ID"),
        ("nodeId", "COURIER_NODE_ID"),
    ]

    /// Takes the process's answer, the last line of its standard output, into the attempt's result and output.
    ///
    /// - Parameter codes: the exit codes that are a success; `nil` when the process was stopped, and none can be.
    private static func take(_ line: [UInt8], into result: inout AttemptResult, output: AttemptOutput, accepting codes: [Int]?) {
        guard let answer = try? JSONValue(json: line), let members = answer.members else {
            output.append(String(decoding: line, as: UTF8.self), to: .stdout)
            guard result.status == .success else { return }
            result.status = .failure
            result.reason =
                "expected one JSON object of at most \(LastLine.maximumBytes) bytes as the last line of standard output, found none"
            return
        }
        let outputs = Self.outputs(members)
        if let text = Self.shown(members, hiding: outputs, isAll: output[.stdout].total == 0) { output.append(text, to: .stdout) }
        if let code = members["exitCode"]?.int { result.exitCode = code }
        guard result.status != .cancelled else { return }
        if result.status == .failure, let reason = members["reason"]?.text { result.reason = reason }
        if members["final"] == .bool(true) { result.isFinal = result.status == .failure }
        result.outputs = outputs
        if let codes, codes != [0], !result.isFinal { judge(&result, toolsCode: members["exitCode"]?.int, accepting: codes) }
    }

    /// When the step says which exit codes are a success, they decide about the tool's; without one the interpreter has failed by itself.
    private static func judge(_ result: inout AttemptResult, toolsCode: Int?, accepting codes: [Int]) {
        guard let code = toolsCode ?? (result.status == .success ? result.exitCode : nil) else { return }
        let own = result.reason
        result.judge(code, accepting: codes)
        if let own { result.reason = result.reason.map { "\($0): \(own)" } }
    }

    private static func outputs(_ members: [String: JSONValue]) -> InputValues {
        let values = (members["outputs"]?.members ?? [:]).mapValues { value in
            value.text ?? String(decoding: value.encoded(), as: UTF8.self)
        }
        let sensitive = Set((members["sensitive"]?.elements ?? []).compactMap(\.text))
        return InputValues(values, sensitive: sensitive.intersection(values.keys))
    }

    /// What the answer adds to the step's standard output. Sensitive outputs are hidden here already, because output may be reported at any moment.
    ///
    /// - Parameter isAll: there is no other standard output, so the answer itself is it.
    private static func shown(_ members: [String: JSONValue], hiding outputs: InputValues, isAll: Bool) -> String? {
        if var text = members["stdout"]?.text {
            for name in outputs.sensitive where !outputs.text(name).isEmpty {
                text = text.replacing(outputs.text(name), with: RunProgress.redacted)
            }
            return text
        }
        guard isAll else { return nil }
        var members = members
        if var values = members["outputs"]?.members {
            for name in outputs.sensitive { values[name] = .string(RunProgress.redacted) }
            members["outputs"] = .object(values)
        }
        return String(decoding: members.encoded(), as: UTF8.self)
    }
}

extension ExternalInterpreter {
    /// What an executable says of itself.
    struct Description: Sendable, Hashable {
        let name: String
        let skill: String
        let versions: [String]
        let missing: String?

        /// Reads the answer to `describe`.
        ///
        /// - Throws: `JSONError`, or ``Defect`` for another version of the protocol or nothing to choose.
        init(json bytes: [UInt8]) throws {
            var reader = JSONReader(bytes)
            let fields = try reader.fields()
            let version: Int = try fields("protocol")
            name = try fields("name")
            skill = try fields("skill")
            versions = try fields("versions")
            missing = try fields.optional("missing")
            guard version == ExternalInterpreter.protocolVersion else {
                throw Defect(description: "expected protocol \(ExternalInterpreter.protocolVersion), found \(version)")
            }
            guard !name.isEmpty, !skill.isEmpty, !versions.isEmpty || missing != nil else {
                throw Defect(description: "expected a name, a skill and at least one version or why there is none, found an empty one")
            }
        }
    }

    /// What is wrong with an executable.
    struct Defect: Error, Sendable, Hashable, CustomStringConvertible {
        let description: String
    }
}
