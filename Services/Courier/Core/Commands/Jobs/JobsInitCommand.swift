internal import ArgumentParser
internal import JSON

struct JobsInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a commented template to start from (YAML).",
        discussion: "Without a file it goes to standard output. A file that is there already is left alone, and the exit status is 2.")

    @Argument(help: "The file to write, ending in .yaml or .yml.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Option(help: "The job's name.")
    var name = "my-job"

    func validate() throws {
        guard (1...128).contains(name.unicodeScalars.count),
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw ValidationError("Expected a --name of 1 to 128 characters without control characters.") }
        if let file, !["yaml", "yml"].contains(Paths.fileExtension(file)) {
            throw ValidationError(
                "Expected a file that ends in .yaml or .yml, found \(file): the template is YAML, since JSON has no comments.")
        }
    }

    func run() async throws {
        let context = CommandContext.current
        let text = StartingTemplate.text(name: String(decoding: name.encoded(), as: UTF8.self))
        guard let file else { return try await context.console.write(.output, Array(text.utf8)) }
        let path = Paths.join(context.workingDirectory, file)
        do {
            try await BlockingWork.run { try Platform.create(path: path, bytes: Array(text.utf8)) }
        } catch let failure as Platform.Failure {
            throw CommandFailure.badInput("cannot write \(file): \(failure.reason)")
        }
    }
}
