internal import JSON

extension Interpreter {
    /// `interpreter`.
    static func read(_ value: TemplateValue) -> Interpreter? {
        value.object { fields in
            let name = fields.required("name", "an interpreter such as \(shellName)").flatMap(readName)
            let versions = fields.optional("skill").flatMap(readVersions)
            let minVersion = versions?.lowest ?? fields.versionOfOldDialect("min_version", "minVersion")
            let maxVersion = versions?.highest ?? fields.versionOfOldDialect("max_version", "maxVersion")
            return name.map { Interpreter(name: $0, minVersion: minVersion, maxVersion: maxVersion) }
        }
    }

    /// `chef-platform/shell-interpreter`, also written `chef/courier-interpreter/os/shell`.
    private static func readName(_ value: TemplateValue) -> String? {
        guard let name = value.text(TemplateLimits.name) else { return nil }
        guard name.hasPrefix("chef/courier-interpreter/"), let kind = name.split(separator: "/").last, name.last != "/" else { return name }
        let canonical = "chef-platform/\(kind)-interpreter"
        value.warn("\"\(name)\" is an older spelling of \"\(canonical)\"")
        return canonical
    }

    /// `skill`: the versions allowed; an empty text means any.
    private static func readVersions(_ value: TemplateValue) -> (lowest: String?, highest: String?)? {
        value.object { fields in
            let minVersion = fields.optional("minVersion")?.text(TemplateLimits.version)
            let maxVersion = fields.optional("maxVersion")?.text(TemplateLimits.version)
            return (minVersion?.unlessEmpty, maxVersion?.unlessEmpty)
        }
    }
}

extension Command {
    /// The systems that lines may be given for; `any` stands for every one without lines of its own.
    static let systems = [anySystem, "aix", "darwin", "freebsd", "linux", "macos", "solaris", "windows"]

    /// `command`: lines by operating system, an array of lines for any, or `exec` with `args`.
    static func read(_ value: TemplateValue) -> Command? {
        if value.node.elements != nil {
            guard let lines = readLines(value) else { return nil }
            value.warn("an array of lines holds for every system: written under \"\(anySystem)\"")
            return .lines([anySystem: lines])
        }
        guard let members = value.node.members else {
            return value.wrongKind("an object", hint: "write {\"linux\": [\"…\"]}")
        }
        guard !members.isEmpty else {
            return value.problem("empty", expected: "lines for at least one system, or exec", found: "an empty object")
        }
        return members.contains { $0.key == "exec" || $0.key == "args" } ? readCall(value) : readSystems(value)
    }

    private static func readCall(_ value: TemplateValue) -> Command? {
        value.object { fields in
            let exec = fields.required("exec", "the name of a function")?.text(TemplateLimits.function)
            let args = fields.optional("args").flatMap { $0.entries() } ?? []
            let arguments = Dictionary(args.map { ($0.key, $0.value.node.value) }) { first, _ in first }
            return exec.map { .call(exec: $0, arguments: arguments) }
        }
    }

    private static func readSystems(_ value: TemplateValue) -> Command? {
        value.object { fields in
            var lines: [String: [String]] = [:]
            for system in systems {
                lines[system] = fields.optional(system).flatMap(readLines)
            }
            if value.node.members?.allSatisfy({ $0.node.type == .null && systems.contains($0.key) }) == true {
                return value.problem("empty", expected: "lines for at least one system, or exec", found: "none")
            }
            return .lines(lines)
        }
    }

    /// At least one line, none of them empty.
    private static func readLines(_ value: TemplateValue) -> [String]? {
        value.elements(atLeast: 1, "command line")?.compactMap { $0.text(TemplateLimits.line) }
    }
}

extension ObjectReader {
    /// A version beside the interpreter's name, where the beta dialect has it.
    fileprivate func versionOfOldDialect(_ name: String, _ newName: String) -> String? {
        guard let value = optional(name), let version = value.text(TemplateLimits.version) else { return nil }
        value.warn("\"\(name)\" is an older spelling of \"\(newName)\" in skill")
        return version.unlessEmpty
    }
}

extension String {
    /// `nil` for the empty text.
    var unlessEmpty: String? { isEmpty ? nil : self }
}
