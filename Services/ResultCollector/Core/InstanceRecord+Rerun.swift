import FoundationEssentials
import JobModel
import Messages

/// Running again what an instance ran.
extension InstanceRecord {
    /// An instance of the same template for the runs that `selection` means: each group with just their nodes, in the order of the plan.
    ///
    /// - Throws: `QueryProblem` when the instance is not over, or has no such run.
    func rerun(_ selection: RerunSelection) throws(QueryProblem) -> RerunPlan {
        guard status.isTerminal else {
            throw QueryProblem(
                status: 409,
                detail: "Instance \(id.uuidString.lowercased()) is \(status.rawValue): its runs can be run again once it is over.")
        }
        var nodes = template.target.groups.map { _ in [UUID]() }
        for run in runs where nodes.indices.contains(run.group) && selection.contains(run.status) { nodes[run.group].append(run.nodeID) }
        let count = nodes.reduce(0) { $0 + $1.count }
        guard count > 0 else { throw QueryProblem(status: 409, detail: nothing(in: selection)) }
        return RerunPlan(instance: instance, template: template.aimed(at: nodes), runCount: count)
    }

    private func nothing(in selection: RerunSelection) -> String {
        let name = "Instance \(id.uuidString.lowercased())"
        if runs.isEmpty { return "\(name) has no runs to run again (\(status.rawValue)): run its job instead." }
        return switch selection {
        case .all, .unsuccessful: "\(name) has nothing to run again: all of its \(runs.count) runs succeeded."
        case .failed: "\(name) has nothing to run again: none of its \(runs.count) runs failed."
        case .notStarted: "\(name) has nothing to run again: every one of its \(runs.count) runs had its turn."
        }
    }
}

extension JobTemplate {
    /// The template with these nodes in its groups. A criterion that asks for more runs than a group has now asks for all of them.
    fileprivate func aimed(at nodes: [[UUID]]) -> JobTemplate {
        var template = self
        for index in template.target.groups.indices {
            template.target.groups[index].selector = .nodes(nodes[index])
            for place in template.target.groups[index].successCriteria.indices {
                let bound = template.target.groups[index].successCriteria[place].numRuns
                guard bound.type == .number, bound.value > nodes[index].count, !nodes[index].isEmpty else { continue }
                template.target.groups[index].successCriteria[place].numRuns = Quantity(.number, nodes[index].count)
            }
        }
        return template
    }
}
