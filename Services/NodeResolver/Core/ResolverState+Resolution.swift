import FoundationEssentials
import JobModel
import Messages

extension ResolverState {
    /// The nodes of each group: in the selector's order, each once, and only in the first group that means it. A node that is named and gets no
    /// command stays in its group, with the reason: its run ends `unreachable`, so that nothing that was asked for disappears.
    func plan(of selectors: [NodeSelector]) -> InstancePlan {
        var taken: Set<UUID> = []
        return InstancePlan(
            groups: selectors.map { selector in
                let ids = meant(by: selector).filter { taken.insert($0).inserted }
                return InstancePlan.Group(nodes: ids, excluded: ids.compactMap(exclusion))
            })
    }

    /// The identifiers that `selector` means, as they stand there or by host name.
    private func meant(by selector: NodeSelector) -> [UUID] {
        switch selector {
        case .nodes(let ids): ids
        // Filters and saved lists are not served yet. A plan has no place for the reason of an empty group, so they mean no node.
        case .filter, .savedFilter, .savedList: []
        }
    }

    private func exclusion(of id: UUID) -> ExcludedNode? {
        switch nodes[id]?.status {
        case .enrolled?: nil
        case .archived?: ExcludedNode(nodeID: id, reason: "the node is archived")
        case nil: ExcludedNode(nodeID: id, reason: "the node is unknown")
        }
    }
}
