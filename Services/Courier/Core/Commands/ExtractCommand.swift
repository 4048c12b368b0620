internal import ArgumentParser
internal import Extraction
internal import JSON
internal import JobModel

struct ExtractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Try an output rule on a file, without a server: print the value it takes.",
        discussion: """
            Exit status: 0 there is a value; 1 nothing matches, or no answer came in time; 2 the expression is none, or the file is not JSON \
            (with jsonPath).
            """)

    @Option(help: "How the value is taken: jsonPath (RFC 9535), regEx or content.")
    var method: Method

    @Option(parsing: .unconditional, help: "The JSONPath or regular expression.")
    var expression: String?

    @Argument(help: "What the value is taken from; - or nothing reads standard input.", completion: .file())
    var file = "-"

    @Flag(help: "Print every match, not the first one only.")
    var all = false

    @OptionGroup var output: OutputOptions

    /// The methods, in both spellings that templates use.
    enum Method: String, ExpressibleByArgument, CaseIterable {
        case jsonPath, regEx, content

        init?(argument: String) {
            guard let method = Self.allCases.first(where: { $0.rawValue.lowercased() == argument.lowercased() }) else { return nil }
            self = method
        }
    }

    /// The largest file.
    private static let maximumBytes = 16 << 20

    func validate() throws {
        guard method == .content else {
            if expression == nil { throw ValidationError("Expected --expression with --method \(method.rawValue).") }
            return
        }
        if expression != nil { throw ValidationError("Expected no --expression with --method content, which takes everything.") }
        if all { throw ValidationError("Expected no --all with --method content, which takes everything.") }
    }

    func run() async throws {
        let context = CommandContext.current
        let extractor = try extractor()
        let bytes = try await context.read(file: file, limit: Self.maximumBytes + 1)
        guard bytes.count <= Self.maximumBytes else {
            throw CommandFailure.badInput("\(file): expected at most \(Self.maximumBytes) bytes, found more")
        }
        let values = try await values(of: extractor, in: bytes)
        try await print(values, raw: method == .content ? bytes : nil, to: context.console)
        guard values.isEmpty else { return }
        throw all ? CommandFailure.silent(.failure) : .failed("nothing matches '\(expression ?? "")' in \(file)")
    }

    private func extractor() throws -> Extractor {
        do throws(ExpressionError) {
            switch method {
            case .jsonPath: return .jsonPath(try JSONPath(expression ?? ""))
            case .regEx: return .regularExpression(try RegularExpression(expression ?? ""))
            case .content: return .content
            }
        } catch {
            throw CommandFailure.badInput("--expression: \(error)")
        }
    }

    /// The matches wanted, worked out where it may take a while.
    private func values(of extractor: Extractor, in bytes: [UInt8]) async throws -> [JSONTree] {
        do {
            let values = try await BlockingWork.run { [all] in try Self.values(of: extractor, in: bytes, all: all) }
            return all ? values : Array(values.prefix(1))
        } catch let failure as ExtractionFailure {
            throw failure.cause == .text
                ? CommandFailure.badInput("\(file): \(failure)") : CommandFailure.failed("--expression: \(failure)")
        }
    }

    private static func values(of extractor: Extractor, in bytes: [UInt8], all: Bool) throws -> [JSONTree] {
        switch extractor {
        case .content: [.string(String(decoding: bytes, as: UTF8.self))]
        case .jsonPath(let path): try path.values(in: JSONTree(parsing: bytes))
        case .regularExpression(let expression):
            all
                ? try expression.values(in: String(decoding: bytes, as: UTF8.self)).map { .string($0) }
                : try expression.firstValue(in: String(decoding: bytes, as: UTF8.self)).map { [.string($0)] } ?? []
        }
    }

    private func print(_ values: [JSONTree], raw: [UInt8]?, to console: Console) async throws {
        guard output.format != .table else {
            // Everything means every byte: no line end is added, none is replaced.
            if let raw { return try await console.write(.output, raw) }
            for value in values { try await console.line(value.text) }
            return
        }
        guard let json = all ? values.encoded() : values.first?.encoded() else { return }
        if output.format == .json {
            try await console.write(.output, json + [UInt8(ascii: "\n")])
        } else {
            try await console.write(.output, Array(try YAMLText.text(try JSONNode.parse(json)).utf8))
        }
    }
}
