import FoundationEssentials
import JSON
import JobModel

/// A job as a client sends it: the same steps on each node.
struct JobRequest {
    var name: String
    var nodes: [UUID]
    /// The lines of each step's script.
    var steps: [[String]]
    var retryCount = 0
    var batchSize: Int
    var timeoutSeconds = 120
    /// The members that say when.
    var schedule = #""scheduleRule": "immediate""#

    init(_ name: String, on nodes: [UUID], steps: [[String]], retryCount: Int = 0, batchSize: Int? = nil) {
        (self.name, self.nodes, self.steps, self.retryCount) = (name, nodes, steps, retryCount)
        self.batchSize = batchSize ?? nodes.count
    }

    /// The template in JSON.
    var text: String {
        func list(_ texts: [String]) -> String { String(decoding: JSONValue.array(texts.map { .string($0) }).encoded(), as: UTF8.self) }
        let steps = steps.enumerated().map { index, lines in
            """
            {"name": "step \(index + 1)", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"linux": \(list(lines))},
             "retryCount": \(retryCount), "failureBehavior": {"action": "retryThenFail"}}
            """
        }
        return """
            {"name": "\(name)", \(schedule), "target": {"executionType": "sequential", "groups": [
              {"timeoutSeconds": \(timeoutSeconds), "batchSize": {"type": "number", "value": \(batchSize)}, "distributionMethod": "rolling",
               "successCriteria": [], "nodeListType": "nodes", "nodeIdentifiers": \(list(nodes.map(\.text)))}]},
             "actions": {"accessMode": "agent", "steps": [\(steps.joined(separator: ", "))]}}
            """
    }
}

extension UUID {
    /// As it stands in JSON.
    var text: String { uuidString.lowercased() }
}
