internal import JSON
internal import JobModel

/// Prints what the steps of an instance write on all its nodes, line by line as they write it.
struct OutputFollower: Sendable {
    let client: CourierClient
    let context: CommandContext
    let instanceID: String

    /// Prints until the instance is over, and ends the command with the status that says how it went.
    ///
    /// - Throws: `CommandFailure`: `interrupted` after Ctrl-C, `unreachable` when the server stays away, `failure` when the instance did not succeed.
    func follow() async throws {
        let follower = self
        let instance = try await context.untilInterrupted(
            saying: "no longer following; the job goes on. Follow it again: courier instances watch \(instanceID) --output"
        ) {
            try await follower.printEvents()
        }
        let status = InstanceProgress(instance).exitStatus
        guard status == .success else { throw CommandFailure.silent(status) }
    }

    private func printEvents() async throws -> JSONNode {
        var printer = LinePrinter(client: client, console: context.console)
        var output = InstanceOutput()
        let events = EventFollower(client: client, context: context, instanceID: instanceID, kinds: ["instance", "run", "output"])
        do {
            let final = try await events.follow { notice in
                if case .unreachable = notice { try await printer.view.show("the server does not answer, trying again") }
            } _: { event in
                switch event.name {
                case "output": try await printer.print(output.add(event.data))
                case "run":
                    guard let id = event.data["id"]?.text, Self.isOver(event.data) else { return }
                    try await printer.print(output.finish(run: id))
                default: try await printer.show(InstanceProgress(event.data))
                }
            }
            try await printer.print(output.finish())
            try await printer.show(InstanceProgress(final))
            try await printer.view.finish()
            return final
        } catch {
            try? await printer.view.finish()
            throw error
        }
    }

    private static func isOver(_ run: JSONNode) -> Bool {
        run["status"]?.text.flatMap(RunStatus.init)?.isTerminal ?? false
    }
}

/// Writes lines with their nodes' names before them, and the instance's progress below.
private struct LinePrinter {
    let client: CourierClient
    let console: Console
    var view: ProgressView
    private var progress: InstanceProgress?
    private var names: [String: String] = [:]

    init(client: CourierClient, console: Console) {
        self.client = client
        self.console = console
        view = ProgressView(console)
    }

    mutating func show(_ progress: InstanceProgress) async throws {
        self.progress = progress
        try await view.show(progress)
    }

    mutating func print(_ lines: [InstanceOutput.Line]) async throws {
        guard !lines.isEmpty else { return }
        try await view.clear()
        var rest = lines[...]
        while let first = rest.first {
            // Neighbours of the same stream go out at once.
            let part = rest.prefix { $0.isError == first.isError }
            rest = rest.dropFirst(part.count)
            let stream: Console.Stream = first.isError ? .error : .output
            let isTerminal = console.columns(stream) != nil
            var bytes: [UInt8] = []
            for line in part {
                bytes += Array("\(DisplayWidth.printable(try await name(of: line.nodeID))): ".utf8)
                bytes += isTerminal ? RunOutput.harmless(line.bytes) : line.bytes
            }
            try await console.write(stream, bytes)
        }
        // On a terminal the bar stands below the lines; elsewhere it is a line, and was written.
        if let progress, console.columns(.error) != nil { try await view.show(progress) }
    }

    /// The node's name; its id when it has none, cannot be asked for, or another node has the same name.
    private mutating func name(of nodeID: String) async throws -> String {
        if let known = names[nodeID] { return known }
        let found: String?
        do {
            found = try await client.item("GET", "nodes/\(PercentEncoding.encode(nodeID))")["name"]?.text
        } catch is Problem {
            found = nil
        } catch is CourierClient.Unreachable {
            found = nil
        }
        let name = found.flatMap { name in name.isEmpty || names.values.contains(name) ? nil : name } ?? nodeID
        names[nodeID] = name
        return name
    }
}
