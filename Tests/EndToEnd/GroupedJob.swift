import FoundationEssentials
import JSON

/// A job with several groups of nodes, as a client sends it.
struct GroupedJob {
    struct Group {
        var nodes: [UUID]
        var batchSize = 100
        var timeoutSeconds = 120
    }

    var name: String
    var executionType = "sequential"
    var groups: [Group]
    /// The lines of the one step's script.
    var script: [String]
    var maxFailures: Int?

    /// The template in JSON.
    var text: String {
        func list(_ texts: [String]) -> String { String(decoding: JSONValue.array(texts.map { .string($0) }).encoded(), as: UTF8.self) }
        let groups = groups.map { group in
            """
            {"timeoutSeconds": \(group.timeoutSeconds), "batchSize": {"type": "number", "value": \(group.batchSize)},
             "distributionMethod": "rolling", "successCriteria": [], "nodeListType": "nodes", "nodeIdentifiers": \(list(group.nodes.map(\.text)))}
            """
        }
        let bound = maxFailures.map { #", "maxFailures": {"type": "number", "value": \#($0)}"# } ?? ""
        return """
            {"name": "\(name)", "scheduleRule": "immediate",
             "target": {"executionType": "\(executionType)", "groups": [\(groups.joined(separator: ", "))]\(bound)},
             "actions": {"accessMode": "agent", "steps": [{"name": "one", "interpreter": {"name": "chef-platform/shell-interpreter"},
              "command": {"linux": \(list(script))}, "retryCount": 0}]}}
            """
    }
}

extension Stack {
    /// Makes the job and gives its first instance.
    func create(_ job: GroupedJob) async throws -> UUID { try await create(job.text) }

    /// How many runs of the instance are in `status`.
    func count(_ status: String, in instance: UUID) async throws -> Int? {
        try await self.instance(instance)?["counts"]?[status]?.int
    }

    /// The statuses of the instance's runs, in the order of the plan.
    func statuses(of instance: UUID) async throws -> [String] { try await runs(of: instance).map(\.status) }

    /// A run, as the API shows it.
    func run(_ id: UUID) async throws -> JSONValue? { try await api.get("/v1/runs/\(id.text)").item }
}
