import FoundationEssentials
import JSON
import JobModel
import Messages
import NodeQuery

extension JSONWriter {
    /// Writes a node as the API shows it.
    mutating func item(_ node: Node, at now: Timestamp) {
        object { writer in
            writer.field("id", node.id)
            writer.field("name", node.hostname)
            writer.field("status", node.status)
            writer.field("enrolmentLevel", node.enrolmentLevel)
            writer.field("health", node.health(at: now))
            writer.field("lastCheckInAt", ifPresent: node.lastCheckInAt)
            writer.field("enrolledAt", node.enrolledAt)
            writer.field("runnerVersion", ifPresent: node.runnerVersion)
            writer.field("attributes", node.attributes)
            writer.field("skills", node.skills)
        }
    }

    /// Writes a key as the API shows it, with its token when it is new.
    mutating func item(_ key: EnrolmentKey, token: String? = nil, at now: Timestamp) {
        object { writer in
            writer.field("name", key.name)
            writer.field("token", ifPresent: token)
            writer.field("status", key.status(at: now))
            writer.field("usesLeft", ifPresent: key.usesLeft)
            writer.field("expiresAt", ifPresent: key.expiresAt)
            writer.field("createdAt", key.createdAt)
        }
    }
}

extension JSONWriter {
    /// Writes a saved filter as the API shows it, with what it means as a query.
    mutating func item(_ filter: SavedFilter) {
        object { writer in
            writer.field("id", filter.id)
            writer.field("name", filter.name)
            writer.field("description", ifPresent: filter.description)
            writer.field("query", ifPresent: (try? NodeFilter(filter.filter)).map { "\($0.expression)" })
            writer.field("filter", filter.filter)
            writer.field("createdAt", filter.createdAt)
            writer.field("updatedAt", filter.updatedAt)
        }
    }

    /// Writes a saved list as the API shows it.
    mutating func item(_ list: SavedList, withNodes: Bool) {
        object { writer in
            writer.field("id", list.id)
            writer.field("name", list.name)
            writer.field("description", ifPresent: list.description)
            writer.field("nodeCount", list.nodes.count)
            if withNodes { writer.field("nodeIds", list.nodes) }
            writer.field("createdAt", list.createdAt)
            writer.field("updatedAt", list.updatedAt)
        }
    }
}

/// `{"item": …}`.
func itemAnswer(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
        writer.key("item")
        body(&writer)
    }
    return writer.bytes
}

extension ResolverState {
    /// A page of the nodes `order`.
    func page(_ request: PageRequest, of order: [UUID], at now: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.page(request, total: order.count) { writer in
            for id in order[request.range(of: order.count)] {
                if let node = nodes[id] { writer.item(node, at: now) }
            }
        }
        return writer.bytes
    }

    /// A page of saved filters by name.
    func filterPage(_ request: PageRequest) -> [UInt8] {
        let sorted = filters.values.sorted { $0.name < $1.name }
        var writer = JSONWriter()
        writer.page(request, total: sorted.count) { writer in
            for filter in sorted[request.range(of: sorted.count)] { writer.item(filter) }
        }
        return writer.bytes
    }

    /// A page of saved lists by name, without their nodes.
    func listPage(_ request: PageRequest) -> [UInt8] {
        let sorted = lists.values.sorted { $0.name < $1.name }
        var writer = JSONWriter()
        writer.page(request, total: sorted.count) { writer in
            for list in sorted[request.range(of: sorted.count)] { writer.item(list, withNodes: false) }
        }
        return writer.bytes
    }

    /// A page of enrolment keys by name.
    func keyPage(_ request: PageRequest, at now: Timestamp) -> [UInt8] {
        let names = keys.keys.sorted()
        var writer = JSONWriter()
        writer.page(request, total: names.count) { writer in
            for name in names[request.range(of: names.count)] {
                if let key = keys[name] { writer.item(key, at: now) }
            }
        }
        return writer.bytes
    }
}
