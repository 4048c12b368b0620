import Extraction
public import JobModel
import Messages

/// Takes the values for later steps from what an attempt left.
public struct OutputRules: Sendable {
    private let rules: [String: OutputFieldRule]
    private let workingDirectory: String

    /// Rules of a step whose relative paths start at `workingDirectory`.
    public init(_ rules: [String: OutputFieldRule], workingDirectory: String) {
        self.rules = rules
        self.workingDirectory = workingDirectory
    }

    /// `result` with the values that were found; a success becomes a failure when a required one was not. Of a cancelled attempt only the
    /// sensitive ones are looked for, so that they can be kept out of its report.
    public func apply(to result: AttemptResult, output: AttemptOutput) async -> AttemptResult {
        guard !rules.isEmpty else { return result }
        let isCancelled = result.status == .cancelled
        var result = result
        var values: [String: String] = [:]
        var sensitive: Set<String> = []
        for (name, rule) in rules.sorted(by: { $0.key < $1.key }) where rule.sensitive || !isCancelled {
            do {
                values[name] = try await value(of: rule, result: result, output: output)
                if rule.sensitive { sensitive.insert(name) }
            } catch {
                guard rule.required, result.status == .success else { continue }
                result.status = .failure
                result.reason = "output '\(name)' could not be extracted: \(error)"
            }
        }
        result.outputs = InputValues(values, sensitive: sensitive)
        return result
    }

    private func value(of rule: OutputFieldRule, result: AttemptResult, output: AttemptOutput) async throws -> String {
        guard let value = try await found(by: rule, result: result, output: output) else {
            throw Unextracted("\(Self.words(for: rule)) has nothing for \(rule.extractMethod.rawValue) '\(rule.expression ?? "")'")
        }
        return value
    }

    /// What `rule` finds; `nil` when its source has nothing for it.
    ///
    /// - Parameter inAll: a source that was not kept whole is an error, even for a regular expression.
    /// - Throws: `ExpressionError` or ``Unextracted`` when there is no answer.
    func found(by rule: OutputFieldRule, result: AttemptResult, output: AttemptOutput, inAll: Bool = false) async throws -> String? {
        // The expression first: a rule that can never give a value says so, whatever the step left.
        let extractor = try rule.extractor()
        let bytes = try await source(of: rule, result: result, output: output, inAll: inAll)
        do throws(ExtractionFailure) {
            return try await extractor.valueInBackground(in: bytes)
        } catch {
            throw Unextracted("\(Self.words(for: rule)): \(error)")
        }
    }

    private func source(
        of rule: OutputFieldRule, result: AttemptResult, output: AttemptOutput, inAll: Bool
    ) async throws(Unextracted) -> [UInt8] {
        switch rule.sourceType {
        case .exitCode:
            guard let code = result.exitCode else { throw Unextracted("there is no exit code") }
            return Array(String(code).utf8)
        case .output:
            guard let stream = OutputStream(rawValue: rule.source ?? OutputStream.stdout.rawValue) else {
                throw Unextracted("expected source stdout or stderr, found '\(rule.source ?? "")'")
            }
            let capture = output[stream]
            // A regular expression may find its value in the part that was kept.
            guard let bytes = rule.extractMethod == .regEx && !inAll ? capture.readable : capture.complete else {
                throw Unextracted("\(stream.rawValue) was \(capture.total) bytes long and was not kept whole")
            }
            return bytes
        case .artifact, .file:
            guard let source = rule.source, !source.isEmpty else { throw Unextracted("expected a path in 'source', found none") }
            return try await SourceFile(source.hasPrefix("/") ? source : "\(workingDirectory)/\(source)").contents()
        }
    }

    /// What the rule's value comes from, for a reason.
    static func words(for rule: OutputFieldRule) -> String {
        rule.sourceType == .output ? rule.source ?? OutputStream.stdout.rawValue : rule.source ?? ""
    }
}

/// Why an output rule gave no value.
struct Unextracted: Error, CustomStringConvertible {
    let description: String

    init(_ reason: String) {
        description = reason
    }
}
