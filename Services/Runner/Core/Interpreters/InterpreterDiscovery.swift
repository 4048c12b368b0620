import Dispatch
import FoundationEssentials
import Glibc
import Messages

/// Finds the executables called `*-interpreter` in the configured directories, and asks each what it is.
public struct InterpreterDiscovery: Sendable {
    /// Where interpreters are looked for unless told otherwise.
    public static let defaultDirectories = "/usr/local/lib/courier/interpreters:/usr/lib/courier/interpreters"
    /// What their names end in.
    static let suffix = "-interpreter"
    private static let answerLimit = Duration.seconds(10)

    private let host: ProcessHost
    private let directories: [String]
    private let path: String

    /// A search in `directories`, separated by colons; a relative one starts at the current directory, earlier ones win.
    ///
    /// - Parameter path: the `PATH` of the executables.
    public init(host: ProcessHost, directories: String, path: String = RunnerOptions().path) {
        self.host = host
        let here = FileManager.default.currentDirectoryPath
        self.directories = directories.split(separator: ":").map { $0.hasPrefix("/") ? String($0) : "\(here)/\($0)" }
        self.path = path
    }

    /// The interpreters that answered; `complain` is told of each that cannot be used, and why.
    public func find(complain: @Sendable (String) -> Void) async -> [ExternalInterpreter] {
        let files = await files()
        // All at once: a tool may take seconds to say its version.
        let answers = await withTaskGroup(of: Answer.self) { group in
            for file in files { group.addTask { await ask(file) } }
            return await group.reduce(into: [:]) { $0[$1.file] = $1.description }
        }
        return files.compactMap { file in
            switch answers[file] {
            case .success(let description)?: return ExternalInterpreter(path: file, description: description, host: host)
            case .failure(let error)?: complain("\(file): not used as an interpreter: \(error)")
            case nil: break
            }
            return nil
        }
    }

    /// What one executable said. No tuple: Swift 6.3.1 with optimisation loses the first element of a tuple that a task's closure returns out of a
    /// `do` with an `await` in it.
    private struct Answer: Sendable {
        let file: String
        let description: Result<ExternalInterpreter.Description, any Error>
    }

    private func ask(_ file: String) async -> Answer {
        do {
            return Answer(file: file, description: .success(try await describe(file)))
        } catch {
            return Answer(file: file, description: .failure(error))
        }
    }

    private func files() async -> [String] {
        let directories = directories
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let files = directories.flatMap { directory in
                    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix(Self.suffix) }.sorted()
                        .map { "\(directory)/\($0)" }
                }
                continuation.resume(returning: files)
            }
        }
    }

    private func describe(_ file: String) async throws -> ExternalInterpreter.Description {
        if let reason = Self.distrust(file) { throw ExternalInterpreter.Defect(description: reason) }
        let marker = ExternalInterpreter.marker
        let request = ProcessRequest(
            executable: file, arguments: ["describe"], environment: ["PATH": path, "LANG": "C.UTF-8", marker: "describe:\(file)"],
            workingDirectory: "/", marker: marker, limits: ProcessLimits(timeout: Self.answerLimit, grace: .seconds(1)))
        let output = AttemptOutput(cap: 1 << 16)
        let outcome = try await host.run(request, output: output)
        guard outcome.ending == .exited(0), outcome.stop == nil, let bytes = output[.stdout].complete else {
            throw ExternalInterpreter.Defect(description: "'describe' did not exit with 0 within \(Self.answerLimit)")
        }
        return try ExternalInterpreter.Description(json: bytes)
    }

    /// Why `file` must not be run as the runner's user.
    private static func distrust(_ file: String) -> String? {
        var status = stat()
        guard stat(file, &status) == 0 else { return SystemError.last }
        guard status.st_mode & S_IFMT == S_IFREG, access(file, X_OK) == 0 else { return "expected an executable file" }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            return "expected an owner root or the runner's user, found user \(status.st_uid)"
        }
        guard status.st_mode & 0o022 == 0 else { return "others may write it; chmod go-w the file" }
        return nil
    }
}
