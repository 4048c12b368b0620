import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Messages

/// `/v1/nodes` and `/v1/enrolment-keys`: what the node-resolver knows.
struct NodeEndpoints: Sendable {
    let questions: ServiceQuestions

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "nodes", handle: list),
            Endpoint(.get, "nodes/{id}", handle: get),
            Endpoint(.patch, "nodes/{id}", handle: change),
            Endpoint(.delete, "nodes/{id}", handle: delete),
            Endpoint(.post, "nodes/{id}/archive", handle: archive),
            Endpoint(.post, "nodes/enrol", isOpen: true, handle: enrol),
            Endpoint(.post, "enrolment-keys", handle: createKey),
            Endpoint(.get, "enrolment-keys", handle: listKeys),
            Endpoint(.delete, "enrolment-keys/{name}", handle: deleteKey),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let query = try request.query("query", "page", "itemsPerPage")
        return Response(json: try await questions.ask(.nodeResolver, NodesQuery(page: try query.page(), query: query.text("query"))))
    }

    @Sendable private func get(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        return Response(json: try await questions.ask(.nodeResolver, QueryName.node, about: id))
    }

    /// The body is a merge patch of the node; its attributes are all that can be changed.
    @Sendable private func change(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        let patch = try BodyReader.decode(try await BodyReader.json(request.request), as: JSONValue.self, fields: ["attributes"])
        let question = NodeAttributesSet(nodeID: id, attributes: patch["attributes"] ?? .object([:]))
        return Response(json: try await questions.ask(.nodeResolver, question))
    }

    @Sendable private func archive(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        return Response(json: try await questions.ask(.nodeResolver, NodeArchive(nodeID: id)))
    }

    @Sendable private func delete(_ request: APIRequest) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        _ = try await questions.ask(.nodeResolver, NodeDelete(nodeID: id))
        return Response(status: .noContent)
    }

    /// A machine that is no node yet has no bearer token: the enrolment token in the body stands for one.
    @Sendable private func enrol(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        let body = try await BodyReader.json(request.request)
        let question = try BodyReader.decode(body, as: NodeEnrol.self)
        return Response(json: try await questions.ask(.nodeResolver, question), status: .created)
    }

    @Sendable private func createKey(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        let body = try await BodyReader.json(request.request)
        // A misspelt limit would make a key without one.
        let question = try BodyReader.decode(body, as: EnrolmentKeyCreate.self, fields: ["name", "uses", "expiresAt"])
        return Response(json: try await questions.ask(.nodeResolver, question), status: .created)
    }

    @Sendable private func listKeys(_ request: APIRequest) async throws -> Response {
        let page = try request.query("page", "itemsPerPage").page()
        return Response(json: try await questions.ask(.nodeResolver, EnrolmentKeyList(page: page)))
    }

    @Sendable private func deleteKey(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        guard let name = PercentEncoding.decode(request.parameters.get("name") ?? ""), !name.isEmpty else {
            throw APIProblem(.badRequest, "The path names no enrolment key: expected its name, with percent escapes in UTF-8.")
        }
        _ = try await questions.ask(.nodeResolver, EnrolmentKeyDelete(keyName: name))
        return Response(status: .noContent)
    }
}
