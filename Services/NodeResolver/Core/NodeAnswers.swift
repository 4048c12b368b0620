import FoundationEssentials
import JSON
import JobModel
import Messages

extension JSONWriter {
    /// Writes a node as the API shows it.
    mutating func item(_ node: Node, at now: Timestamp) {
        object { writer in
            writer.field("id", node.id)
            writer.field("name", node.hostname)
            writer.field("status", node.status)
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
    /// A page of nodes by host name. `order` is every node's identifier in that order.
    func page(_ request: PageRequest, of order: [UUID], at now: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.page(request, total: order.count) { writer in
            for id in order[request.range(of: order.count)] {
                if let node = nodes[id] { writer.item(node, at: now) }
            }
        }
        return writer.bytes
    }

    /// Every node, by host name in code point order, then by identifier.
    func order() -> [UUID] {
        nodes.values
            .sorted {
                $0.hostname == $1.hostname
                    ? $0.id.uuidString < $1.id.uuidString : $0.hostname.utf8.lexicographicallyPrecedes($1.hostname.utf8)
            }
            .map(\.id)
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
