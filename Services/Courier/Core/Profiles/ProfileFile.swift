internal import JSON

/// Keeps profiles in `~/.config/courier/profiles.json`, which only its owner can read.
struct ProfileFile: Sendable {
    let path: String
    private let console: Console

    private static let maximumBytes = 4 << 20

    /// - Throws: `CommandFailure` when the environment has no home directory.
    init(context: CommandContext) throws {
        console = context.console
        let set = { (name: String) in context.environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let configuration = set("XDG_CONFIG_HOME"), configuration.hasPrefix("/") {
            path = Paths.join(configuration, "courier/profiles.json")
        } else if let home = set("HOME") {
            path = Paths.join(Paths.join(context.workingDirectory, home), ".config/courier/profiles.json")
        } else {
            // Without a home there are no profiles; only writing one has to say so.
            path = ""
        }
    }

    /// The profiles; none when there is no file.
    func read() async throws -> Profiles {
        guard !path.isEmpty else { return Profiles() }
        let path = path
        let bytes: [UInt8]
        do {
            bytes = try await BlockingWork.run { try Platform.read(path: path, limit: Self.maximumBytes) }
        } catch let failure as Platform.Failure {
            if failure.isMissingFile { return Profiles() }
            throw CommandFailure.badInput("cannot read \(path): \(failure.reason)")
        }
        if let permissions = Platform.permissions(of: path), permissions & 0o077 != 0 {
            try await console.note("warning: others can read the tokens in \(path); run: chmod 600 \(path)")
        }
        do {
            return try Profiles(JSONNode.parse(bytes), path: path)
        } catch let error as JSONError {
            throw CommandFailure.badInput("\(path) is no JSON document: \(error); mend it, or move it away and run `courier login` again")
        }
    }

    /// Puts `profiles` in place of what is there.
    func write(_ profiles: Profiles) async throws {
        guard let directory = Paths.parent(of: path) else {
            throw CommandFailure.badInput("expected the environment variable HOME, found none: profiles are kept below it")
        }
        let bytes = Array((PrettyJSON.text(profiles.document) + "\n").utf8)
        let path = path
        do {
            try await BlockingWork.run {
                try Platform.makeDirectory(directory)
                try Platform.replace(path: path, with: bytes)
            }
        } catch let failure as Platform.Failure {
            throw CommandFailure.failed("cannot write \(path): \(failure.reason)")
        }
    }
}
