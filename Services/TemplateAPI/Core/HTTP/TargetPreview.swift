import HTTPTypes
import Hummingbird
import JSON
import JobModel
import Messages

/// `POST /v1/nodes/preview`: the nodes that a template means now, in which batches and in which order. Nothing is made.
struct TargetPreview: Sendable {
    let questions: ServiceQuestions

    var endpoints: [Endpoint] { [Endpoint(.post, "nodes/preview", handle: preview)] }

    /// How many nodes of each group are named when the request does not say.
    private static let defaultLimit = 1000

    @Sendable private func preview(_ request: APIRequest) async throws -> Response {
        let limit = try request.query("limit").int("limit", 0...10_000) ?? Self.defaultLimit
        let reading = try await TemplateBody.read(request.request).reading
        guard let template = reading.template else { throw APIProblem(reading.problems) }
        let question = NodesPreview(selectors: template.target.groups.map(\.selector), limit: limit)
        let answer = try JSONValue(json: try await questions.ask(.nodeResolver, question), limits: JSONLimits(bytes: .max))
        let groups = answer["item"]?["groups"]?.elements ?? []
        return .item { writer in
            writer.field("name", template.name)
            writer.field("executionType", template.target.executionType)
            writer.key("groups")
            writer.array { writer in
                for (index, group) in template.target.groups.enumerated() where index < groups.count {
                    Self.write(group, number: index + 1, nodes: groups[index], to: &writer)
                }
            }
        }
    }

    private static func write(_ group: NodeGroup, number: Int, nodes answer: JSONValue, to writer: inout JSONWriter) {
        let total = answer["totalNodes"]?.int ?? 0
        let size = total == 0 ? 0 : group.batchSize.batchSize(of: total)
        writer.object { writer in
            writer.field("number", number)
            writer.field("distributionMethod", group.distributionMethod)
            writer.field("totalNodes", total)
            writer.field("batchSize", size)
            writer.field("note", ifPresent: answer["note"]?.text)
            writer.key("nodes")
            writer.array { writer in
                // Excluded nodes take no place in a batch.
                var started = 0
                for node in answer["nodes"]?.elements ?? [] {
                    let isExcluded = node["excluded"]?.text != nil
                    writer.object { writer in
                        writer.field("id", ifPresent: node["id"])
                        writer.field("name", ifPresent: node["name"])
                        if isExcluded {
                            writer.field("excluded", ifPresent: node["excluded"])
                        } else if group.distributionMethod == .batching {
                            writer.field("batch", started / max(1, size) + 1)
                        } else {
                            // What comes after the first ones starts whenever another is over.
                            writer.field("startsAtOnce", started < size)
                        }
                    }
                    if !isExcluded { started += 1 }
                }
            }
        }
    }
}
