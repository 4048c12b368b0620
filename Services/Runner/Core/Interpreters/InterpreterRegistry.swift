public import JobModel

/// The interpreters a runner has.
public struct InterpreterRegistry: Sendable {
    /// What runs a step.
    public struct Choice: Sendable {
        /// The interpreter.
        public let interpreter: any StepInterpreter
        /// The version of its skill.
        public let version: String
    }

    private let interpreters: [any StepInterpreter]

    /// A registry of `interpreters`; those with the same name are versions of the same thing, side by side.
    public init(_ interpreters: [any StepInterpreter]) {
        self.interpreters = interpreters
    }

    /// What this machine has: the built-in ones and those found in `directories`, separated by colons.
    ///
    /// - Parameters:
    ///   - path: the `PATH` of steps, in which adapters look for their tools.
    ///   - canResume: the runner knows after a restart of the machine what was under way. Without that nothing can restart it.
    /// - Throws: `ProcessStartError` when no steps can be run here at all.
    public static func ofThisMachine(
        directories: String?, path: String, canResume: Bool = true, complain: @Sendable (String) -> Void
    ) async throws -> InterpreterRegistry {
        let host = try ProcessHost(ownsEveryChild: true)
        let discovery = InterpreterDiscovery(host: host, directories: directories ?? InterpreterDiscovery.defaultDirectories, path: path)
        let builtIn: [any StepInterpreter] = [ShellInterpreter(host: host)] + (canResume ? [RestartInterpreter(host: host)] : [])
        return InterpreterRegistry(builtIn + (await discovery.find(complain: complain)))
    }

    /// The interpreter of that name with the newest version that fits; of two with the same version the first one.
    ///
    /// - Throws: ``UnknownInterpreter`` that lists the known ones, ``NoFittingVersion`` that lists the versions there are.
    public func choice(for wanted: Interpreter) throws -> Choice {
        let candidates = interpreters.filter { $0.names.contains(wanted.name) }
        guard !candidates.isEmpty else {
            throw UnknownInterpreter(name: wanted.name, known: Set(interpreters.compactMap(\.names.first)).sorted())
        }
        let range = VersionRange(wanted)
        let versions = candidates.flatMap(\.skill.versions)
        guard let version = range.newest(of: versions), let found = candidates.first(where: { $0.skill.versions.contains(version) }) else {
            let missing = candidates.lazy.compactMap(\.missing).first
            throw NoFittingVersion(
                name: wanted.name, wanted: range.description, found: Self.sorted(versions), missing: versions.isEmpty ? missing : nil)
        }
        return Choice(interpreter: found, version: version)
    }

    /// Why this runner could not run `step`, as far as that can be said beforehand.
    public func obstacle(to step: Step) -> String? {
        do {
            return try choice(for: step.interpreter).interpreter.obstacle(to: step)
        } catch {
            return "\(error)"
        }
    }

    /// Skill → versions, oldest first, for check-ins.
    public var skills: [String: [String]] {
        let present = interpreters.filter { !$0.skill.versions.isEmpty }
        return Dictionary(present.map { ($0.skill.name, $0.skill.versions) }) { $0 + $1 }.mapValues(Self.sorted)
    }

    private static func sorted(_ versions: [String]) -> [String] {
        Set(versions).map(SkillVersion.init).sorted().map(\.text)
    }
}

/// An interpreter that this runner does not have.
public struct UnknownInterpreter: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name a step gave.
    public let name: String
    /// The names of those the runner has.
    public let known: [String]

    /// What was expected and found.
    public var description: String {
        "expected one of the interpreters on this node (\(known.joined(separator: ", "))), found '\(name)'"
    }
}

/// A skill of which this runner has no version that a step accepts.
public struct NoFittingVersion: Error, Sendable, Hashable, CustomStringConvertible {
    /// The interpreter.
    public let name: String
    /// What the step accepts, in words: `version 4 to 6`.
    public let wanted: String
    /// What there is, oldest first.
    public let found: [String]
    /// Why there is none, when that is known.
    public var missing: String?

    /// What was expected and found.
    public var description: String {
        let versions = found.isEmpty ? "none" : found.joined(separator: ", ")
        return "'\(name)': expected \(wanted), found on this node: \(versions)\(missing.map { "; \($0)" } ?? "")"
    }
}
