import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import JobModel
import Messages
import ServiceKit

/// `/v1/calendars`: the global exceptions that jobs opt into with `useGlobalExceptions`.
struct CalendarEndpoints: Sendable {
    let engine: ServiceEngine<APIState>
    let time: any TimeSource

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "calendars", handle: list),
            Endpoint(.post, "calendars", handle: create),
            Endpoint(.get, "calendars/{name}", handle: get),
            Endpoint(.put, "calendars/{name}", handle: replace),
            Endpoint(.delete, "calendars/{name}", handle: delete),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let page = try request.query("page", "itemsPerPage").page()
        let calendars = await engine.read { $0.exceptionCalendars }
        var writer = JSONWriter(capacity: 4096)
        writer.page(page, total: calendars.count) { writer in
            for calendar in calendars[page.range(of: calendars.count)] { writer.object { calendar.writeView(to: &$0) } }
        }
        return Response(json: writer.bytes)
    }

    @Sendable private func get(_ request: APIRequest) async throws -> Response {
        let name = try name(request)
        _ = try request.query()
        guard let calendar = await engine.read({ $0.calendar(name) }) else { throw QueryProblem.noCalendar(name) }
        return .item { calendar.writeView(to: &$0) }
    }

    @Sendable private func create(_ request: APIRequest) async throws -> Response {
        try await put(request, name: nil)
    }

    @Sendable private func replace(_ request: APIRequest) async throws -> Response {
        try await put(request, name: try name(request))
    }

    /// - Parameter name: The name in the path; `nil` for one that must be new and stands in the body.
    private func put(_ request: APIRequest, name: String?) async throws -> Response {
        _ = try request.query()
        let body = try await BodyReader.json(request.request)
        let draft = try BodyReader.decode(body, as: CalendarDraft.self, fields: ExceptionCalendar.fields)
        if let name, let other = draft.name, other != name {
            throw APIProblem(
                .unprocessableContent,
                "The body names the calendar '\(other.prefix(128))' and the path '\(name.prefix(128))': expected the same, or no name in the body."
            )
        }
        // Rules count in whole seconds.
        let calendar = ExceptionCalendar(
            name: name ?? draft.name ?? "", description: draft.description, exceptionRules: draft.exceptionRules,
            acceptedAt: Timestamp(seconds: time.now.seconds), revision: 0)
        let problems = calendar.problems
        guard problems.isEmpty else { throw APIProblem(problems, of: "calendar") }
        let input = APIInput.putCalendar(calendar.canonical, onlyNew: name == nil, actor: request.actor)
        guard case .calendar(let stored, let isNew) = try await engine.answer(to: input) else { throw UnexpectedReply() }
        return .item(status: isNew ? .created : .ok) {
            stored.writeView(to: &$0)
        }
    }

    @Sendable private func delete(_ request: APIRequest) async throws -> Response {
        let name = try name(request)
        _ = try request.query()
        guard case .done = try await engine.answer(to: .deleteCalendar(name, actor: request.actor)) else { throw UnexpectedReply() }
        return Response(status: .noContent)
    }

    private func name(_ request: APIRequest) throws -> String {
        guard let name = PercentEncoding.decode(request.parameters.get("name") ?? ""), !name.isEmpty else {
            throw APIProblem(.badRequest, "The path names no calendar: expected its name, with percent escapes in UTF-8.")
        }
        return name
    }
}

/// A calendar as a client sends it.
private struct CalendarDraft: JSONDecodable {
    var name: String?
    var description: String?
    var exceptionRules: [ExceptionRule]

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        name = try fields.optional("name")
        description = try fields.optional("description")
        exceptionRules = try fields("exceptionRules")
    }
}

extension ExceptionCalendar {
    /// Writes what clients see.
    fileprivate func writeView(to writer: inout JSONWriter) {
        writer.field("name", name)
        writer.field("description", orNull: description)
        writer.field("exceptionRules", exceptionRules)
        writer.field("revision", revision)
        writer.field("updatedAt", acceptedAt)
    }
}
