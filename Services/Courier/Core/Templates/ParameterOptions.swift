internal import ArgumentParser
internal import JSON
internal import JobModel

/// A template of the gallery and the values of its parameters.
struct ParameterOptions: ParsableArguments {
    @Option(help: "Make the job of this template of the gallery, by name or id, instead of a file.")
    var template: String?

    @Option(help: "The template's version (default: the latest).")
    var templateVersion: Int?

    @Option(help: "The job's name (default: the one the template gives).")
    var name: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A parameter's value; may be repeated. Lists are separated by commas, or a JSON array.", valueName: "name=value")
    )
    var settings: [String] = []

    @Option(
        help: ArgumentHelp("A JSON or YAML file with an object of values by name; the only way for sensitive ones.", valueName: "file"),
        completion: .file(extensions: ["json", "yaml", "yml"]))
    var values: String?

    func validate() throws {
        let isUsed = templateVersion != nil || name != nil || !settings.isEmpty || values != nil
        if template == nil, isUsed { throw ValidationError("--template-version, --name, --set and --values go with --template.") }
        for setting in settings where setting.firstIndex(of: "=").map({ $0 == setting.startIndex }) ?? true {
            // What stands there may be a secret that lacks its name.
            throw ValidationError("Expected --set NAME=VALUE, found a text without NAME=.")
        }
    }

    /// The request for a job of the template.
    func body(_ client: CourierClient, context: CommandContext) async throws -> [UInt8] {
        var members = try await fileMembers(context)
        if !settings.isEmpty {
            let path = "templates/\(PercentEncoding.encode(template ?? ""))" + (templateVersion.map { "/versions/\($0)" } ?? "")
            let definitions = try await client.item("GET", path)["parameters"]
            for setting in settings {
                let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                guard !members.contains(where: { $0.0 == parts[0] }) else {
                    throw CommandFailure.badInput("the parameter \(parts[0]) has two values: expected one --set, or one in --values")
                }
                members.append((parts[0], try Self.value(parts[1], of: parts[0], definitions?[parts[0]])))
            }
        }
        let body = JSONNode.object([
            ("version", templateVersion.map(JSONNode.number)), ("name", name.map(JSONNode.text)), ("parameters", .object(members)),
        ])
        return Array(body.compact.utf8)
    }

    private func fileMembers(_ context: CommandContext) async throws -> [(String, JSONNode?)] {
        guard let values else { return [] }
        let document = try await TemplateFile.read(values, context: context).document
        if let problem = document.problems.first { throw CommandFailure.badInput("\(values): \(problem)") }
        guard let members = document.root?.members else {
            throw CommandFailure.badInput("\(values): expected an object of values by name, found another value")
        }
        return members.map { ($0.key, $0.node) }
    }

    /// The text as what the parameter wants; when it is none, as it is, and the server says what is wrong.
    private static func value(_ text: String, of name: String, _ definition: JSONNode?) throws -> JSONNode {
        if case .bool(true)? = definition?["sensitive"]?.kind {
            throw CommandFailure.badInput(
                "\(name) is sensitive, and other users see arguments of commands: expected its value in --values FILE")
        }
        switch definition?["type"]?.text {
        case "integer"?, "number"?: return JSONNumber(text).map { JSONNode(.number($0)) } ?? .text(text)
        case "boolean"?: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : .text(text)
        case "list"?:
            if text.first == "[", let list = try? JSONNode.parse(Array(text.utf8)) { return list }
            return .array(text.split(separator: ",", omittingEmptySubsequences: false).map { .text(String($0)) })
        default: return .text(text)
        }
    }
}
