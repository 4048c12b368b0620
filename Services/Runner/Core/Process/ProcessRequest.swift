/// One process to run: what, with which environment, where, and within which bounds.
public struct ProcessRequest: Sendable, Hashable {
    /// The executable's path: absolute.
    public var executable: String
    /// Its arguments, without the name of the executable.
    public var arguments: [String]
    /// The whole environment; nothing is inherited from the runner.
    public var environment: [String: String]
    /// Where it starts: an absolute path.
    public var workingDirectory: String
    /// A variable of `environment` that no other running process has with the same value. Descendants are recognised by it wherever they went.
    public var marker: String
    /// What it can read from its standard input.
    public var input: [UInt8] = []
    /// How long it may take, and how it is ended.
    public var limits: ProcessLimits
    /// How many processors it may use; 0 for all that the runner may use.
    public var cores = 0
    /// The share it may have of the processors it may use, above 0 and below 1; `nil` for all of it.
    public var share: Double?

    /// A process that is not running yet.
    public init(
        executable: String, arguments: [String], environment: [String: String], workingDirectory: String, marker: String,
        limits: ProcessLimits = ProcessLimits()
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.marker = marker
        self.limits = limits
    }

    /// The first thing about the request that no operating system could start, in words; `nil` when there is none.
    var defect: String? {
        guard executable.hasPrefix("/") else { return "expected an absolute path of an executable, found '\(executable)'" }
        guard workingDirectory.hasPrefix("/") else { return "expected an absolute working directory, found '\(workingDirectory)'" }
        guard environment[marker] != nil else { return "expected the marker '\(marker)' in the environment" }
        let texts = [executable, workingDirectory] + arguments
        if texts.contains(where: { $0.utf8.contains(0) }) {
            return "a command or argument contains a NUL character, which no process can be given"
        }
        for (name, value) in environment {
            if name.isEmpty || name.utf8.contains(0) || name.utf8.contains(UInt8(ascii: "=")) {
                return "'\(name)' cannot be the name of an environment variable"
            }
            if value.utf8.contains(0) { return "the value of \(name) contains a NUL character, which no environment variable can hold" }
        }
        return nil
    }

    /// The marker as it stands in `/proc/<pid>/environ`.
    var markerEntry: [UInt8] {
        Array("\(marker)=\(environment[marker] ?? "")".utf8)
    }
}

/// How long a process may take, and how it is ended when it takes longer or is no longer wanted.
public struct ProcessLimits: Sendable, Hashable {
    /// The time limit; `nil` for none.
    public var timeout: Duration?
    /// The time between TERM and KILL.
    public var grace: Duration
    /// How long output may still come after the process itself has exited, from children that hold its streams open.
    public var linger: Duration

    /// Limits; without arguments no time limit, 5 s between TERM and KILL, half a second for what comes after the end.
    public init(timeout: Duration? = nil, grace: Duration = .seconds(5), linger: Duration = .milliseconds(500)) {
        self.timeout = timeout
        self.grace = grace
        self.linger = linger
    }
}
