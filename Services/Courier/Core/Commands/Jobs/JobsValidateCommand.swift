internal import ArgumentParser
internal import JSON

struct JobsValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check templates without a server; the exit status is 0 when all are valid, else 2.")

    @Argument(help: "Templates, JSON or YAML files; - reads standard input.", completion: .file(extensions: ["json", "yaml", "yml"]))
    var files: [String]

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let context = CommandContext.current
        var results: [ValidationResult] = []
        for file in files {
            let result = try await ValidationResult(file: file, context: context)
            if output.format == .table { try await context.console.line(result.text) }
            results.append(result)
        }
        let document = JSONNode.array(results.map(\.document))
        switch output.format {
        case .table: break
        case .json: try await context.console.line(PrettyJSON.text(document))
        case .yaml: try await context.console.write(.output, Array(try YAMLText.text(document).utf8))
        }
        guard results.allSatisfy(\.isValid) else { throw CommandFailure.silent(.badInput) }
    }
}
