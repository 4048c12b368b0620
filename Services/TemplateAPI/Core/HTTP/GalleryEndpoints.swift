import FoundationEssentials
import HTTPTypes
import Hexadecimal
import Hummingbird
import JSON
import JobModel
import Messages
import ServiceKit

/// `/v1/templates`: the gallery of templates with parameters, and the jobs that are made of them. `{template}` is an identifier or a name.
struct GalleryEndpoints: Sendable {
    let engine: ServiceEngine<APIState>
    let jobs: JobEndpoints
    let makeID: @Sendable () -> UUID

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "templates", handle: list),
            Endpoint(.post, "templates", handle: create),
            Endpoint(.get, "templates/{template}", handle: get),
            Endpoint(.put, "templates/{template}", handle: replace),
            Endpoint(.delete, "templates/{template}", handle: delete),
            Endpoint(.get, "templates/{template}/versions", handle: versions),
            Endpoint(.get, "templates/{template}/versions/{number}", handle: version),
            Endpoint(.post, "templates/{template}/jobs", handle: createJob),
        ]
    }

    // MARK: Reading

    @Sendable private func list(_ request: APIRequest) async throws -> Response {
        let page = try request.query("page", "itemsPerPage").page()
        let templates = await engine.read { $0.templates }
        var writer = JSONWriter(capacity: 4096)
        writer.page(page, total: templates.count) { writer in
            for template in templates[page.range(of: templates.count)] {
                writer.object { TemplateAnswer.writeHead(template, template.current, to: &$0) }
            }
        }
        return Response(json: writer.bytes)
    }

    @Sendable private func get(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        return try await item(try key(request), version: nil)
    }

    @Sendable private func version(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        let text = request.parameters.get("number") ?? ""
        guard let number = Int(text), number > 0 else {
            throw APIProblem(.badRequest, "The path names the version '\(text.prefix(64))': expected a number from 1.")
        }
        return try await item(try key(request), version: number)
    }

    /// Newest first, without their contents.
    @Sendable private func versions(_ request: APIRequest) async throws -> Response {
        let page = try request.query("page", "itemsPerPage").page()
        let key = try key(request)
        guard let template = await engine.read({ $0.template(key) }) else { throw QueryProblem.noTemplate(key) }
        var writer = JSONWriter(capacity: 1024)
        writer.page(page, total: template.versions.count) { writer in
            for place in page.range(of: template.versions.count) {
                writer.object { TemplateAnswer.writeHead(template, template.versions[template.versions.count - 1 - place], to: &$0) }
            }
        }
        return Response(json: writer.bytes)
    }

    private func item(_ key: String, version number: Int?) async throws -> Response {
        let (template, version) = try await find(key, number)
        return .item { writer in
            TemplateAnswer.writeHead(template, version, to: &writer)
            version.template.encodeContents(to: &writer)
        }
    }

    private func find(_ key: String, _ number: Int?) async throws -> (StoredTemplate, StoredTemplate.Version) {
        guard let template = await engine.read({ $0.template(key) }) else { throw QueryProblem.noTemplate(key) }
        guard let version = template.version(number) else {
            let latest = template.current?.number ?? 0
            throw QueryProblem(status: 404, detail: "Template '\(template.name)' has no version \(number ?? 0); its latest is \(latest).")
        }
        return (template, version)
    }

    // MARK: Changing

    @Sendable private func create(_ request: APIRequest) async throws -> Response {
        let (template, warnings, client) = try await read(request, like: nil)
        let input = APIInput.createTemplate(makeID(), template, client, warnings: warnings)
        guard case .answered(let id, let answer) = try await engine.answer(to: input) else { throw UnexpectedReply() }
        return Response(json: answer, status: .created, headers: [.location: "/v1/templates/\(id.text)"])
    }

    @Sendable private func replace(_ request: APIRequest) async throws -> Response {
        let key = try key(request)
        let current = await engine.read { $0.template(key)?.current }
        let (template, warnings, client) = try await read(request, like: current?.template)
        let input = APIInput.replaceTemplate(key, template, client, warnings: warnings)
        guard case .answered(_, let answer) = try await engine.answer(to: input) else { throw UnexpectedReply() }
        return Response(json: answer)
    }

    @Sendable private func delete(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        let key = try key(request)
        guard case .done = try await engine.answer(to: .deleteTemplate(key, actor: request.actor)) else { throw UnexpectedReply() }
        return Response(status: .noContent)
    }

    /// A job of the template, with the values in the body.
    @Sendable private func createJob(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        let key = try key(request)
        let idempotencyKey = try request.idempotencyKey()
        let (bytes, document) = try await TemplateBody.document(request.request)
        let use = TemplateUse(document)
        let (template, version) = try await find(key, use.version)
        let result = use.job(of: try opened(version.template))
        let fromTemplate = TemplateReference(
            templateID: template.id, name: version.template.name, version: version.number, parameters: result.values)
        guard result.reading.template != nil else { throw APIProblem(result.reading.problems, of: "request") }
        return try await jobs.create(result.reading, fromTemplate: fromTemplate, request.client(idempotencyKey, bytes))
    }

    /// The template in the body, its secrets sealed: those that did not change as in `known`.
    private func read(
        _ request: APIRequest, like known: GalleryTemplate?
    ) async throws -> (GalleryTemplate, [TemplateWarning], ClientRequest) {
        _ = try request.query()
        let key = try request.idempotencyKey()
        let (bytes, document) = try await TemplateBody.document(request.request)
        let reading = GalleryTemplate.read(document) { jobs.sealer?.opened($0) ?? $0 }
        guard let template = reading.template else { throw APIProblem(reading.problems) }
        let sealed = try APIProblem.ofSecrets { try jobs.sealer?.sealed(template, like: known) }
        return (sealed ?? template, reading.warnings, request.client(key, bytes))
    }

    private func opened(_ template: GalleryTemplate) throws -> GalleryTemplate {
        try APIProblem.ofSecrets { try jobs.sealer?.opened(template) } ?? template
    }

    private func key(_ request: APIRequest) throws -> String {
        guard let key = PercentEncoding.decode(request.parameters.get("template") ?? ""), !key.isEmpty else {
            throw APIProblem(.badRequest, "The path names no template: expected its identifier or name, with percent escapes in UTF-8.")
        }
        return key
    }
}
