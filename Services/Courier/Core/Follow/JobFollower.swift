internal import FoundationEssentials
internal import JSON
internal import JobModel

/// Follows what a job that was just created or started does, and prints how it ended.
struct JobFollower: Sendable {
    let client: CourierClient
    let context: CommandContext
    let format: OutputFormat

    /// Follows an instance to its end, prints it, and ends the command with the status that says how it went.
    func follow(instance instanceID: String, isExpected: Bool) async throws {
        let follower = InstanceFollower(client: client, context: context, instanceID: instanceID, isExpected: isExpected)
        let instance = try await follower.follow()
        try await ItemPrinter(format: format, console: context.console).print(instance, rows: InstanceView.rows(instance))
        let progress = InstanceProgress(instance)
        guard progress.exitStatus != .success else { return }
        if format == .table { try await printFailures(of: instanceID) }
        throw CommandFailure.silent(progress.exitStatus)
    }

    /// The instance of the job's first occurrence, whether or not it exists yet.
    func firstInstance(ofJob job: JSONNode) async throws -> String {
        if let id = job["instanceId"]?.text { return id }
        guard let jobID = job["id"]?.text.flatMap(UUID.init(uuidString:)), let text = job["nextExecutionTime"]?.text,
            let time = Timestamp(text)
        else {
            throw CommandFailure.failed("the job has no occurrence to wait for; see: courier jobs get \(job["id"]?.text ?? "ID")")
        }
        try await context.console.note("the first occurrence is at \(text); waiting for it")
        return Identifiers.instance(of: jobID, scheduledAt: time).uuidString.lowercased()
    }

    private func printFailures(of instanceID: String) async throws {
        let most = 10
        let page = try await client.page(
            "instances/\(PercentEncoding.encode(instanceID))/runs",
            query: [("status", "failure,timeout,cancelled,unreachable")], page: 1, itemsPerPage: most)
        guard !page.items.isEmpty else { return }
        try await context.console.line("")
        var printer = ListPrinter(.table, columns: RunView.columns, emptyText: "", console: context.console)
        try await printer.page(page.items)
        if page.totalPages > 1 {
            try await context.console.line("… and more: courier runs list \(instanceID)")
        }
        try await context.console.line("Output of a run: courier runs output RUN")
    }
}
