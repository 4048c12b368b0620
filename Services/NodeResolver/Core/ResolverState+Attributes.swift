import FoundationEssentials
import JSON
import Messages
import ServiceKit

/// Attributes that users set.
extension ResolverState {
    /// The most bytes of names and values that users set on one node.
    static let mostAttributeBytes = 64 << 10

    /// Changes a node's attributes by `patch`, namespace → name → value: what is not named stays, `null` removes.
    mutating func setAttributes(of id: UUID, _ patch: JSONValue, effects: inout Effects<ResolverState>) -> ResolverReply {
        guard let node = nodes[id] else { return Self.unknownNode(id) }
        guard let namespaces = patch.members else { return Self.invalid("attributes: expected an object, found \(patch.kind)") }
        var changed: [String: [String: String]] = [:]
        for (namespace, change) in namespaces {
            if let problem = Self.problem(withNamespace: namespace) { return Self.invalid(problem) }
            let known = node.attributes[namespace] ?? [:]
            switch Self.patched(known, by: change, namespace) {
            case .failure(let problem): return Self.invalid(problem.detail)
            case .success(let values): if values != known { changed[namespace] = values }
            }
        }
        var attributes = node.attributes
        for (namespace, values) in changed { attributes[namespace] = values }
        attributes[Node.agentNamespace] = nil
        let size = attributes.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } }
        guard size <= Self.mostAttributeBytes else {
            return Self.invalid("attributes: expected at most \(Self.mostAttributeBytes) bytes on one node, found \(size)")
        }
        if !changed.isEmpty { record(.attributesSet(id, changed), in: &effects) }
        return nodes[id].map(ResolverReply.node) ?? Self.unknownNode(id)
    }

    private static func problem(withNamespace namespace: String) -> String? {
        guard namespace != Node.agentNamespace else {
            return
                "attributes/agent: expected another namespace, found the one that belongs to the node's runner; use tags or one of your own"
        }
        guard isName(namespace, most: 64) else {
            return "attributes: expected a namespace of 1 to 64 letters, digits, '_' and '-', found '\(namespace.prefix(80))'"
        }
        return nil
    }

    private struct PatchProblem: Error {
        let detail: String
    }

    private static func patched(
        _ known: [String: String], by change: JSONValue, _ namespace: String
    ) -> Result<[String: String], PatchProblem> {
        if change == .null { return .success([:]) }
        guard let members = change.members else {
            return .failure(PatchProblem(detail: "attributes/\(namespace): expected an object or null, found \(change.kind)"))
        }
        var values = known
        for (name, value) in members {
            guard (1...128).contains(name.utf8.count) else {
                return .failure(PatchProblem(detail: "attributes/\(namespace): expected names of 1 to 128 bytes, found \(name.utf8.count)"))
            }
            switch value {
            case .null: values[name] = nil
            case .string(let text) where text.utf8.count <= 4096: values[name] = text
            case .string(let text):
                let detail = "attributes/\(namespace)/\(name): expected at most 4096 bytes, found \(text.utf8.count)"
                return .failure(PatchProblem(detail: detail))
            default:
                return .failure(PatchProblem(detail: "attributes/\(namespace)/\(name): expected a string or null, found \(value.kind)"))
            }
        }
        return .success(values)
    }

    private static func isName(_ text: String, most: Int) -> Bool {
        (1...most).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" || $0 == "-")
            }
    }
}
