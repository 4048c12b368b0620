import JSON
import JobModel

/// What a template would do on this machine, without doing it.
struct DryRun: Sendable {
    /// One step as it would run.
    struct PlannedStep: Sendable {
        let number: Int
        let step: Step
        /// The command with every input in it that is known before the run.
        let command: Command
        /// Name → value to show.
        let inputs: [String: String]
        /// Why the step would fail before it starts.
        let problem: String?
    }

    let name: String
    let steps: [PlannedStep]

    /// The plan of `template`.
    ///
    /// - Parameters:
    ///   - attributes: the node's attributes as reserved inputs.
    ///   - check: why this machine could not run a step; `nil` when it could.
    init(_ template: JobTemplate, attributes: [String: String], check: (Step) -> String?) {
        name = template.name
        var earlier: [String: Int] = [:]
        steps = template.actions.steps.enumerated().map { index, step in
            defer { for name in step.outputFieldRules.keys { earlier[name] = index + 1 } }
            return Self.plan(step, number: index + 1, earlier: earlier, attributes: attributes, check: check)
        }
    }

    /// Whether every step could start.
    var canRun: Bool { steps.allSatisfy { $0.problem == nil } }

    private static func plan(
        _ step: Step, number: Int, earlier: [String: Int], attributes: [String: String], check: (Step) -> String?
    ) -> PlannedStep {
        var known: [String: String] = [:]
        var problem = check(step)
        do {
            // What an earlier step will put out is a value, only not known yet.
            let later = InputValues(earlier.mapValues { _ in "" })
            let values = try InputValues(of: step, extracted: later, reserved: [:])
            for (name, value) in values.values where earlier[name] == nil {
                known[name] = values.sensitive.contains(name) ? RunProgress.redacted : value
            }
        } catch {
            problem = problem ?? "\(error)"
        }
        let shown = known.merging(earlier.mapValues { "(put out by step \($0))" }) { $1 }
        return PlannedStep(
            number: number, step: step, command: resolved(step.command, InputValues(known.merging(attributes) { $1 })), inputs: shown,
            problem: problem)
    }

    private static func resolved(_ command: Command, _ values: InputValues) -> Command {
        switch command {
        case .lines(let lines): .lines(lines.mapValues { $0.map { Substitution($0, values: values).text } })
        case .call(let exec, let arguments): .call(exec: exec, arguments: arguments.mapValues { Substitution.value($0, values: values) })
        }
    }

    /// The plan for a person.
    var text: String {
        var lines = ["\(name): \(steps.count) steps, nothing was run"]
        for planned in steps {
            let step = planned.step
            lines.append("[\(planned.number)/\(steps.count)] \(step.name) (\(step.interpreter.name))")
            lines += planned.commandLines.map { "      \($0)" }
            lines += planned.inputs.sorted { $0.key < $1.key }.map { "      input \($0.key) = \($0.value)" }
            lines += step.conditions.map {
                "      only if '\($0.inputName)' \($0.negate ? "not " : "")\($0.operator.rawValue) '\($0.value)'"
            }
            lines += step.outputFieldRules.keys.sorted().map { "      puts out \($0)" }
            lines += planned.criteria.map { "      succeeds only if \($0)" }
            lines.append("      up to \(step.retryCount + 1) attempts, then \(step.failureBehavior.action.rawValue)")
            if let problem = planned.problem { lines.append("      would fail: \(problem)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension DryRun.PlannedStep {
    fileprivate var criteria: [String] {
        step.successCriteria.map { String(decoding: $0.encoded(), as: UTF8.self) }
    }

    fileprivate var commandLines: [String] {
        switch command {
        case .lines: (command.lines(for: "linux") ?? []).map { "$ \($0)" }
        case .call(let exec, let arguments): ["\(exec) \(String(decoding: arguments.encoded(), as: UTF8.self))"]
        }
    }
}

extension DryRun: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("dryRun", true)
            writer.field("canRun", canRun)
            writer.key("steps")
            writer.array { writer in
                for planned in steps { writer.value(planned) }
            }
        }
    }
}

extension DryRun.PlannedStep: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("number", number)
            writer.field("name", step.name)
            writer.field("interpreter", step.interpreter.name)
            switch command {
            case .lines: writer.field("command", command.lines(for: "linux") ?? [])
            case .call(let exec, let arguments):
                writer.key("command")
                writer.object { writer in
                    writer.field("exec", exec)
                    writer.field("args", arguments)
                }
            }
            writer.field("inputs", inputs)
            writer.field("outputs", step.outputFieldRules.keys.sorted())
            writer.field("successCriteria", step.successCriteria)
            writer.field("retryCount", step.retryCount)
            writer.field("problem", ifPresent: problem)
        }
    }
}
