import Dispatch
import FoundationEssentials
import Glibc
import JSON
import JobModel
import Logging
import ServiceKit
import TemplateYAML

/// `runner --zero`: runs a template's steps here and now, without a server.
public struct ZeroMode: Sendable {
    /// How results are shown.
    public enum Format: String, Sendable, CaseIterable {
        /// Lines for a person.
        case text
        /// One JSON object on standard output; everything else goes to standard error.
        case json
    }

    /// What the process's exit code says.
    public enum Verdict: Int32, Sendable {
        /// The run succeeded.
        case success = 0
        /// The run did not succeed, or its result could not be written.
        case failure = 1
        /// The template is not valid, or cannot be read.
        case invalid = 2
    }

    /// The name of the file with the result.
    public static let resultName = "result.json"

    private let jobFile: String
    private let outputDirectory: String
    private let format: Format
    private let interpreters: InterpreterRegistry
    private let options: RunnerOptions
    private let print: @Sendable (String) -> Void
    private let complain: @Sendable (String) -> Void

    /// Runs what `jobFile` says: JSON, or YAML when its name ends in `.yaml` or `.yml`; `-` is standard input.
    ///
    /// - Parameters:
    ///   - outputDirectory: where `result.json` goes; made when missing.
    ///   - print: what the user asked for.
    ///   - complain: what the user has to know besides.
    public init(
        jobFile: String, outputDirectory: String, format: Format, interpreters: InterpreterRegistry, options: RunnerOptions,
        print: @escaping @Sendable (String) -> Void, complain: @escaping @Sendable (String) -> Void
    ) {
        self.jobFile = jobFile
        self.outputDirectory = outputDirectory
        self.format = format
        self.interpreters = interpreters
        self.options = options
        self.print = print
        self.complain = complain
    }

    /// Runs the template. Cancelling the task ends the step under way and the run.
    public func run() async -> Verdict {
        guard let template = await template() else { return .invalid }
        let path = "\(outputDirectory)/\(Self.resultName)"
        do {
            try FileManager.default.createDirectory(atPath: outputDirectory, withIntermediateDirectories: true)
        } catch {
            complain("\(outputDirectory): cannot be made: \(error)\n")
            return .failure
        }
        let printer = LocalPrinter(template.actions.steps, write: format == .text ? print : complain)
        let node = UUID()
        let run = LocalRun(template, node: node) { printer.tell($0) }
        let attempts = AttemptRunner(
            ledger: run, interpreters: interpreters, nodeID: node, attributes: await attributes(), options: options,
            logger: Logger(label: "runner") { _ in SwiftLogNoOpLogHandler() }, metrics: Metrics(), isAbandoned: { _ in false })
        do {
            let result = try await run.run(by: attempts)
            let bytes = result.encoded() + [UInt8(ascii: "\n")]
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
            printer.summary(result, file: path)
            if format == .json { print(String(decoding: bytes, as: UTF8.self)) }
            return result.status == .success ? .success : .failure
        } catch {
            complain("\(path): the result cannot be written: \(error)\n")
            return .failure
        }
    }

    /// Says what ``run()`` would do.
    public func dryRun() async -> Verdict {
        guard let template = await template() else { return .invalid }
        let plan = DryRun(template, attributes: await attributes()) { interpreters.obstacle(to: $0) }
        print(format == .json ? String(decoding: plan.encoded(), as: UTF8.self) + "\n" : plan.text)
        return plan.canRun ? .success : .failure
    }

    private func attributes() async -> [String: String] {
        Dictionary(await MachineFacts.current().map { ("node.agent.\($0.key)", $0.value) }) { $1 }
    }

    /// The template; `nil` when it was complained about.
    private func template() async -> JobTemplate? {
        let file = jobFile
        let read: Result<[UInt8], ReadFailure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Self.contents(of: file)) }
        }
        switch read {
        case .failure(let failure):
            complain("\(file): \(failure.reason)\n")
            return nil
        case .success(let bytes):
            let reading = TemplateReader.read(TemplateDocument(bytes, name: file))
            for warning in reading.warnings { complain("\(file): warning: \(warning)\n") }
            guard let template = reading.template else {
                if format == .json { print(Self.invalid(reading)) }
                for problem in reading.problems { complain("\(file): \(problem)\n") }
                return nil
            }
            return template
        }
    }

    private static func invalid(_ reading: TemplateReading) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("status", "invalid")
            writer.field("problems", reading.problems)
            writer.field("warnings", reading.warnings)
        }
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }

    private struct ReadFailure: Error {
        let reason: String
    }

    private static func contents(of path: String) -> Result<[UInt8], ReadFailure> {
        let file = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return .failure(ReadFailure(reason: "expected a job template, found: \(SystemError.last)")) }
        defer { if file != 0 { close(file) } }
        // One byte more than allowed is enough to see that it is too long.
        var bytes = [UInt8](repeating: 0, count: TemplateReader.maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let size = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress?.advanced(by: count), $0.count - count) }
            if size < 0, errno == EINTR { continue }
            guard size >= 0 else { return .failure(ReadFailure(reason: "expected a job template, found: \(SystemError.last)")) }
            if size == 0 { break }
            count += size
        }
        return .success(Array(bytes[..<count]))
    }
}
