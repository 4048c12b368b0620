internal import JSON
internal import JobModel

/// What checking one template came to.
struct ValidationResult: Sendable {
    let file: String
    let problems: [TemplateProblem]
    let warnings: [TemplateWarning]

    var isValid: Bool { problems.isEmpty }

    init(file: String, problems: [TemplateProblem], warnings: [TemplateWarning]) {
        self.file = file
        self.problems = problems
        self.warnings = warnings
    }

    /// What is wrong with a document, and what deserves a second look.
    typealias Check = @Sendable (TemplateDocument) -> ([TemplateProblem], [TemplateWarning])

    /// Checks files and says of each what came of it; ends the command with status 2 when one is not valid.
    static func print(_ files: [String], format: OutputFormat, context: CommandContext, _ check: Check) async throws {
        var isValid = true
        for file in files {
            let result = try await ValidationResult(file: file, context: context, check)
            isValid = isValid && result.isValid
            switch format {
            case .table: try await context.console.line(result.text)
            case .json: try await context.console.line(result.document.compact)
            case .yaml: try await context.console.write(.output, Array(("---\n" + YAMLText.text(result.document)).utf8))
            }
        }
        guard isValid else { throw CommandFailure.silent(.badInput) }
    }

    /// Reads and checks a file; one that cannot be read is a problem like any other, so that the others are still checked.
    private init(file: String, context: CommandContext, _ check: Check) async throws {
        do {
            let (problems, warnings) = check(try await TemplateFile.read(file, context: context).document)
            self.init(file: file, problems: problems, warnings: warnings)
        } catch let failure as CommandFailure where failure.status == .badInput {
            let problem = TemplateProblem(
                .unparsable, at: .root, message: failure.message, expected: "a template", found: "nothing that can be read")
            self.init(file: file, problems: [problem], warnings: [])
        }
    }

    var document: JSONNode {
        .object([
            ("file", .text(file)),
            ("valid", .bool(isValid)),
            (
                "problems",
                .array(
                    problems.map { problem in
                        .object([
                            ("pointer", .text(problem.pointer.description)),
                            ("message", .text(problem.message)),
                            ("expected", .text(problem.expected)),
                            ("found", .text(problem.found)),
                        ])
                    })
            ),
            (
                "warnings",
                .array(
                    warnings.map { warning in
                        .object([("pointer", .text(warning.pointer.description)), ("message", .text(warning.message))])
                    })
            ),
        ])
    }

    /// The result for people: a line, and one more for each problem and warning.
    var text: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        var lines = ["\(file): \(isValid ? "valid" : count)"]
        lines += problems.map { problem in
            let defect = Problem.Defect(
                pointer: problem.pointer.description, message: problem.message, expected: problem.expected, found: problem.found,
                hint: problem.hint)
            let place = problem.position.map { "line \($0.line), column \($0.column): " } ?? ""
            return "  " + place + defect.line
        }
        lines += warnings.map { "  warning: \($0)" }
        return lines.map(DisplayWidth.printable).joined(separator: "\n")
    }
}
