import FoundationEssentials
import Hexadecimal
import JSON
import JobModel
import Messages
import NodeQuery

extension ResolverState {
    /// The nodes of each group: each once, and only in the first group that means it.
    ///
    /// A node that is named, one by one or in a saved list, and gets no command stays in its group with the reason: its run ends `unreachable`, so
    /// that nothing that was asked for disappears. A filter means the nodes that may be targeted, by host name. What a filter or a list was, or
    /// why a group is empty, is said in the group's note.
    func plan(of selectors: [NodeSelector], at now: Timestamp) -> InstancePlan {
        var taken: Set<UUID> = []
        return InstancePlan(
            groups: selectors.map { selector in
                var (ids, note) = meant(by: selector, at: now)
                let isEmpty = ids.isEmpty
                ids = ids.filter { taken.insert($0).inserted }
                if ids.isEmpty, !isEmpty {
                    note = [note, "every node stands in an earlier group"].compactMap(\.self).joined(separator: ": ")
                }
                return InstancePlan.Group(nodes: ids, excluded: ids.compactMap(exclusion), note: note)
            })
    }

    /// What `selector` means, and how that is to be described.
    private func meant(by selector: NodeSelector, at now: Timestamp) -> (ids: [UUID], note: String?) {
        switch selector {
        case .nodes(let ids): return (ids, nil)
        case .filter(let filter): return found(by: filter, "filter", at: now)
        case .savedFilter(let id):
            guard let filter = filters[id] else { return ([], "there is no saved filter \(id.text)") }
            return found(by: filter.filter, "saved filter '\(filter.name)'", at: now)
        case .savedList(let id):
            guard let list = lists[id] else { return ([], "there is no saved list \(id.text)") }
            return (list.nodes, "saved list '\(list.name)'\(list.nodes.isEmpty ? ": it is empty" : "")")
        }
    }

    private func found(by filter: JSONValue, _ name: String, at now: Timestamp) -> (ids: [UUID], note: String?) {
        do {
            let expression = try NodeFilter(filter).expression
            let ids = targets(of: expression, at: now)
            return (ids, "\(name): \("\(expression)".prefix(2000))\(ids.isEmpty ? ": no node" : "")")
        } catch {
            return ([], "\(name): it cannot be used: \(error)")
        }
    }

    /// The nodes that `expression` means and that may be targeted.
    func targets(of expression: NodeExpression, at now: Timestamp) -> [UUID] {
        index.nodes(.all([.field(.status, .isOne([Node.Status.enrolled.rawValue])), expression]), at: now)
    }

    private func exclusion(of id: UUID) -> ExcludedNode? {
        switch nodes[id]?.status {
        case .enrolled?: nil
        case .archived?: ExcludedNode(nodeID: id, reason: "the node is archived")
        case nil: ExcludedNode(nodeID: id, reason: "the node is unknown")
        }
    }

    /// The answer to `question`: every group's nodes, as many as asked for by name.
    func preview(_ question: NodesPreview, at now: Timestamp) -> [UInt8] {
        let plan = plan(of: question.selectors, at: now)
        return itemAnswer { writer in
            writer.object { writer in
                writer.key("groups")
                writer.array { writer in
                    for group in plan.groups { preview(group, limit: max(0, question.limit), to: &writer) }
                }
            }
        }
    }

    private func preview(_ group: InstancePlan.Group, limit: Int, to writer: inout JSONWriter) {
        let reasons = Dictionary(group.excluded.map { ($0.nodeID, $0.reason) }) { first, _ in first }
        writer.object { writer in
            writer.field("totalNodes", group.nodes.count)
            writer.field("note", ifPresent: group.note)
            writer.key("nodes")
            writer.array { writer in
                for id in group.nodes.prefix(limit) {
                    writer.object { writer in
                        writer.field("id", id)
                        writer.field("name", ifPresent: nodes[id]?.hostname)
                        writer.field("excluded", ifPresent: reasons[id])
                    }
                }
            }
        }
    }
}
