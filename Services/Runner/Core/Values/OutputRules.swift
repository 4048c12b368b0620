import Dispatch
import Glibc
import JSON
public import JobModel
import Messages

/// Takes the values for later steps from what an attempt left.
public struct OutputRules: Sendable {
    private let rules: [String: OutputFieldRule]
    private let workingDirectory: String

    /// The longest value and the longest file that is looked at: 1 MiB.
    public static let maximumBytes = 1 << 20

    /// Rules of a step whose relative paths start at `workingDirectory`.
    public init(_ rules: [String: OutputFieldRule], workingDirectory: String) {
        self.rules = rules
        self.workingDirectory = workingDirectory
    }

    /// `result` with the values that were found; a success becomes a failure when a required one was not.
    public func apply(to result: AttemptResult, output: AttemptOutput) async -> AttemptResult {
        guard !rules.isEmpty, result.status != .cancelled else { return result }
        var result = result
        var values: [String: String] = [:]
        var sensitive: Set<String> = []
        for (name, rule) in rules.sorted(by: { $0.key < $1.key }) {
            do throws(Unextracted) {
                values[name] = try await value(of: rule, result: result, output: output)
                if rule.sensitive { sensitive.insert(name) }
            } catch {
                guard rule.required, result.status == .success else { continue }
                result.status = .failure
                result.reason = "output '\(name)' could not be extracted: \(error.reason)"
            }
        }
        result.outputs = InputValues(values, sensitive: sensitive)
        return result
    }

    private struct Unextracted: Error {
        let reason: String
    }

    private func value(of rule: OutputFieldRule, result: AttemptResult, output: AttemptOutput) async throws(Unextracted) -> String {
        let text = try await source(of: rule, result: result, output: output)
        switch rule.extractMethod {
        case .content: return text
        case .jsonPath: throw Unextracted(reason: "extractMethod jsonPath is not supported yet")
        case .regEx:
            if rule.sourceType == .exitCode { return text }
            do throws(PatternSearch.Failure) {
                guard let found = try PatternSearch(rule.expression ?? "").first(in: text) else {
                    throw PatternSearch.Failure(description: "no match for '\(rule.expression ?? "")' in \(Self.words(for: rule))")
                }
                return found
            } catch {
                throw Unextracted(reason: error.description)
            }
        }
    }

    private func source(of rule: OutputFieldRule, result: AttemptResult, output: AttemptOutput) async throws(Unextracted) -> String {
        switch rule.sourceType {
        case .exitCode:
            guard let code = result.exitCode else { throw Unextracted(reason: "there is no exit code") }
            return String(code)
        case .output:
            guard let stream = OutputStream(rawValue: rule.source ?? OutputStream.stdout.rawValue) else {
                throw Unextracted(reason: "expected source stdout or stderr, found '\(rule.source ?? "")'")
            }
            let capture = output[stream]
            guard let bytes = rule.extractMethod == .content ? capture.complete : capture.readable else {
                throw Unextracted(reason: "\(stream.rawValue) was \(capture.total) bytes long and was not kept whole")
            }
            return String(decoding: bytes, as: UTF8.self)
        case .artifact, .file:
            guard let source = rule.source, !source.isEmpty else { throw Unextracted(reason: "expected a path in 'source', found none") }
            return try await Self.contents(of: source.hasPrefix("/") ? source : "\(workingDirectory)/\(source)")
        }
    }

    private static func words(for rule: OutputFieldRule) -> String {
        rule.sourceType == .output ? rule.source ?? OutputStream.stdout.rawValue : rule.source ?? ""
    }

    /// Reads on a thread of its own: a file may lie on a disk or a network that does not answer.
    private static func contents(of path: String) async throws(Unextracted) -> String {
        let contents: Result<String, Unextracted> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: read(path)) }
        }
        return try contents.get()
    }

    private static func read(_ path: String) -> Result<String, Unextracted> {
        func failure(_ reason: String) -> Result<String, Unextracted> { .failure(Unextracted(reason: "\(path): \(reason)")) }
        // Without O_NONBLOCK a pipe would wait for its writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return failure(SystemError.last) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { return failure(SystemError.last) }
        guard status.st_mode & S_IFMT == S_IFREG else { return failure("expected a regular file") }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let size = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress?.advanced(by: count), $0.count - count) }
            if size < 0, errno == EINTR { continue }
            guard size >= 0 else { return failure(SystemError.last) }
            if size == 0 { break }
            count += size
        }
        guard count <= maximumBytes else { return failure("longer than \(maximumBytes) bytes") }
        return .success(String(decoding: bytes[..<count], as: UTF8.self))
    }
}
