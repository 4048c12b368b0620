public import ArgumentParser
import FoundationEssentials
public import RunnerCore

/// The flags of a run without a server.
struct ZeroOptions: ParsableArguments {
    @Flag(help: "Run the steps of --job-file here and now, without a server.")
    var zero = false

    @Option(
        help: "The job template, a JSON or YAML file; '-' for standard input. Its schedule and target are checked and not used."
    )
    var jobFile: String?

    @Option(help: "Where result.json goes; made when missing.")
    var outputDir = "."

    @Option(help: "text, or json: the result alone on standard output, progress on standard error.")
    var format = ZeroMode.Format.text

    @Flag(help: "Check the template and say what would run.")
    var dryRun = false

    func validate() throws {
        if zero, jobFile == nil { throw ValidationError("--zero needs --job-file FILE, the job template to run") }
        if !zero, jobFile != nil || dryRun { throw ValidationError("--job-file and --dry-run belong to --zero; add it") }
    }

    func run(interpreters: String?, stepPath: String?) async -> ZeroMode.Verdict {
        do {
            var options = RunnerOptions()
            options.workingDirectory = FileManager.default.currentDirectoryPath
            options.home = ProcessInfo.processInfo.environment["HOME"] ?? options.home
            options.path = stepPath ?? ProcessInfo.processInfo.environment["COURIER_STEP_PATH"] ?? options.path
            let mode = ZeroMode(
                jobFile: jobFile ?? "-", outputDirectory: outputDir, format: format,
                interpreters: try await InterpreterRegistry.ofThisMachine(
                    directories: interpreters ?? ProcessInfo.processInfo.environment["COURIER_INTERPRETERS"], path: options.path,
                    canResume: false,
                    complain: { Self.write("runner: \($0)\n", to: 2) }), options: options,
                print: { Self.write($0, to: 1) }, complain: { Self.write($0, to: 2) })
            return await Interruption.cancelling { dryRun ? await mode.dryRun() : await mode.run() }
        } catch {
            Self.write("runner: \(error)\n", to: 2)
            return .failure
        }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        StandardStream.write(text, to: descriptor)
    }
}

extension ZeroMode.Format: ExpressibleByArgument {}
