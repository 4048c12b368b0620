import FoundationEssentials
import Hexadecimal
import JSON
import JobModel
import Messages
import NodeQuery
import ServiceKit

/// Saved filters and saved lists.
extension ResolverState {
    /// The most nodes of a saved list.
    static let mostListedNodes = 100_000

    // MARK: Filters

    mutating func save(
        _ message: FilterSave, newID: UUID, at now: Timestamp, effects: inout Effects<ResolverState>
    ) -> ResolverReply {
        if let problem = Self.problem(withName: message.filterName, description: message.description) { return .refused(problem) }
        if let filter = message.filter {
            var problems: [NodeQueryProblem] = []
            if NodeFilter(filter, problems: &problems) == nil {
                return Self.invalid("filter: \(problems.map(\.description).joined(separator: "; "))")
            }
        }
        let name = message.filterName
        if let name, filters.values.contains(where: { $0.name == name && $0.id != message.filterID }) {
            return Self.taken("saved filter", name)
        }
        var filter: SavedFilter
        if let id = message.filterID {
            guard let known = filters[id] else { return Self.unknown("saved filter", id) }
            filter = known
            filter.name = name ?? known.name
            filter.description = Self.described(message.description, before: known.description)
            filter.filter = message.filter ?? known.filter
            filter.updatedAt = now
        } else {
            guard let name, let definition = message.filter else { return Self.invalid("expected name and filter, found neither or one") }
            filter = SavedFilter(
                id: newID, name: name, description: Self.described(message.description), filter: definition, createdAt: now)
        }
        record(.filterStored(filter), in: &effects)
        return .filter(filter)
    }

    mutating func deleteFilter(_ id: UUID, effects: inout Effects<ResolverState>) -> ResolverReply {
        guard filters[id] != nil else { return Self.unknown("saved filter", id) }
        record(.filterDeleted(id), in: &effects)
        return .deleted
    }

    // MARK: Lists

    mutating func save(
        _ message: NodeListSave, newID: UUID, at now: Timestamp, effects: inout Effects<ResolverState>
    ) -> ResolverReply {
        if let problem = Self.problem(withName: message.listName, description: message.description) { return .refused(problem) }
        var seen: Set<UUID> = []
        let given = message.nodeIDs?.filter { seen.insert($0).inserted }
        if let given {
            guard given.count <= Self.mostListedNodes else {
                return Self.invalid("nodeIds: expected at most \(Self.mostListedNodes) nodes, found \(given.count)")
            }
            let unknown = given.filter { nodes[$0] == nil }
            if !unknown.isEmpty {
                let some = unknown.prefix(10).map(\.text).joined(separator: ", ")
                return Self.invalid(
                    "nodeIds: expected known nodes, found \(unknown.count) unknown: \(some)\(unknown.count > 10 ? ", …" : "")")
            }
        }
        let name = message.listName
        if let name, lists.values.contains(where: { $0.name == name && $0.id != message.listID }) { return Self.taken("saved list", name) }
        var list: SavedList
        if let id = message.listID {
            guard let known = lists[id] else { return Self.unknown("saved list", id) }
            list = known
            list.name = name ?? known.name
            list.description = Self.described(message.description, before: known.description)
            list.nodes = given ?? known.nodes
            list.updatedAt = now
        } else {
            guard let name, let given else { return Self.invalid("expected name and nodeIds, found neither or one") }
            list = SavedList(id: newID, name: name, description: Self.described(message.description), nodes: given, createdAt: now)
        }
        record(.listStored(list), in: &effects)
        return .list(list)
    }

    mutating func deleteList(_ id: UUID, effects: inout Effects<ResolverState>) -> ResolverReply {
        guard lists[id] != nil else { return Self.unknown("saved list", id) }
        record(.listDeleted(id), in: &effects)
        return .deleted
    }

    /// An empty description is none.
    private static func described(_ given: String?, before known: String? = nil) -> String? {
        guard let given else { return known }
        return given.isEmpty ? nil : given
    }

    // MARK: Refusals

    private static func problem(withName name: String?, description: String?) -> QueryProblem? {
        if let name, !(1...128).contains(name.unicodeScalars.count) {
            return QueryProblem(status: 422, detail: "name: expected 1 to 128 characters, found \(name.unicodeScalars.count)")
        }
        if let description, description.unicodeScalars.count > 1024 {
            return QueryProblem(
                status: 422, detail: "description: expected at most 1024 characters, found \(description.unicodeScalars.count)")
        }
        return nil
    }

    static func invalid(_ detail: String) -> ResolverReply { .refused(QueryProblem(status: 422, detail: detail)) }

    private static func taken(_ kind: String, _ name: String) -> ResolverReply {
        .refused(QueryProblem(status: 409, detail: "there is a \(kind) named '\(name)'; change that one or choose another name"))
    }

    static func unknown(_ kind: String, _ id: UUID) -> ResolverReply {
        .refused(QueryProblem(status: 404, detail: "there is no \(kind) \(id.text)"))
    }
}
