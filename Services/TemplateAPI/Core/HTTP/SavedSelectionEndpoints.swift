import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Messages

/// `/v1/filters` and `/v1/node-lists`: what jobs name as `filterId` and `listId`.
struct SavedSelectionEndpoints: Sendable {
    let questions: ServiceQuestions

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "filters", handle: { try await self.saveFilter($0, isNew: true) }),
            Endpoint(.get, "filters", handle: { try await self.list($0, QueryName.filters) }),
            Endpoint(.get, "filters/{id}", handle: { try await self.get($0, QueryName.filter) }),
            Endpoint(.patch, "filters/{id}", handle: { try await self.saveFilter($0, isNew: false) }),
            Endpoint(.delete, "filters/{id}", handle: { try await self.delete($0, QueryName.filterDelete) }),
            Endpoint(.get, "filters/{id}/nodes", handle: filterNodes),
            Endpoint(.post, "node-lists", handle: { try await self.saveList($0, isNew: true) }),
            Endpoint(.get, "node-lists", handle: { try await self.list($0, QueryName.nodeLists) }),
            Endpoint(.get, "node-lists/{id}", handle: { try await self.get($0, QueryName.nodeList) }),
            Endpoint(.patch, "node-lists/{id}", handle: { try await self.saveList($0, isNew: false) }),
            Endpoint(.delete, "node-lists/{id}", handle: { try await self.delete($0, QueryName.nodeListDelete) }),
            Endpoint(.get, "node-lists/{id}/nodes", handle: listedNodes),
        ]
    }

    private func list(_ request: APIRequest, _ type: String) async throws -> Response {
        let page = try request.query("page", "itemsPerPage").page()
        return Response(json: try await questions.ask(.nodeResolver, type: type, body: PageQuery(page: page).encoded()))
    }

    private func get(_ request: APIRequest, _ type: String) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        return Response(json: try await questions.ask(.nodeResolver, type, about: id))
    }

    private func delete(_ request: APIRequest, _ type: String) async throws -> Response {
        let id = try request.id()
        _ = try request.query()
        _ = try await questions.ask(.nodeResolver, type, about: id)
        return Response(status: .noContent)
    }

    private func saveFilter(_ request: APIRequest, isNew: Bool) async throws -> Response {
        _ = try request.query()
        let id = isNew ? nil : try request.id()
        let body = try await BodyReader.json(request.request)
        var question = try BodyReader.decode(body, as: FilterSave.self, fields: ["name", "description", "filter"])
        question.filterID = id
        return Response(json: try await questions.ask(.nodeResolver, question), status: isNew ? .created : .ok)
    }

    private func saveList(_ request: APIRequest, isNew: Bool) async throws -> Response {
        _ = try request.query()
        let id = isNew ? nil : try request.id()
        let body = try await BodyReader.json(request.request)
        var question = try BodyReader.decode(body, as: NodeListSave.self, fields: ["name", "description", "nodeIds"])
        question.listID = id
        return Response(json: try await questions.ask(.nodeResolver, question), status: isNew ? .created : .ok)
    }

    @Sendable private func filterNodes(_ request: APIRequest) async throws -> Response {
        let page = try request.query("page", "itemsPerPage").page()
        return Response(json: try await questions.ask(.nodeResolver, NodesQuery(page: page, filterID: try request.id())))
    }

    @Sendable private func listedNodes(_ request: APIRequest) async throws -> Response {
        let page = try request.query("page", "itemsPerPage").page()
        return Response(json: try await questions.ask(.nodeResolver, NodesQuery(page: page, listID: try request.id())))
    }
}
