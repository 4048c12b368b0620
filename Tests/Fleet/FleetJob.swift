import FoundationEssentials
import JSON

/// A job over played nodes with one step that does nothing.
struct FleetJob {
    var name = "fleet"
    var nodes: [UUID]
    var batchSize: (type: String, value: Int)
    var method: String
    var groups = 1
    var command = "true"

    var text: String {
        let size = max(1, (nodes.count + groups - 1) / groups)
        let parts = stride(from: 0, to: nodes.count, by: size).map { nodes[$0..<min($0 + size, nodes.count)] }
        let groups = parts.map { part in
            """
            {"timeoutSeconds": 3600, "batchSize": {"type": "\(batchSize.type)", "value": \(batchSize.value)}, "distributionMethod": "\(method)",
             "successCriteria": [], "nodeListType": "nodes", "nodeIdentifiers": [\(part.map { "\"\($0.uuidString.lowercased())\"" }.joined(separator: ","))]}
            """
        }
        return """
            {"name": "\(name)", "scheduleRule": "immediate",
             "target": {"executionType": "sequential", "groups": [\(groups.joined(separator: ","))]},
             "actions": {"accessMode": "agent", "steps": [{"name": "one", "interpreter": {"name": "chef-platform/shell-interpreter"},
              "command": {"linux": ["\(command)"]}}]}}
            """
    }
}
