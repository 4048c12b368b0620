public import HTTPTypes
import Hummingbird
import JSON
public import JobModel
import Messages
import NIOHTTP1

/// A request that is refused, as RFC 9457 writes it down.
public struct APIProblem: Error, Sendable {
    /// The HTTP status.
    public var status: HTTPResponse.Status
    /// What is wrong and what to do about it, for a person.
    public var detail: String
    /// What is wrong with the body, value by value.
    public var problems: [TemplateProblem]
    /// Headers that belong to the status.
    public var headers: HTTPFields

    /// A refusal with `status`.
    public init(_ status: HTTPResponse.Status, _ detail: String, problems: [TemplateProblem] = [], headers: HTTPFields = [:]) {
        self.status = status
        self.detail = detail
        self.problems = problems
        self.headers = headers
    }

    /// The refusal that a service or the state gave.
    init(_ problem: QueryProblem) {
        self.init(HTTPResponse.Status(code: (400...599).contains(problem.status) ? problem.status : 502), problem.detail)
        if status == .serviceUnavailable { headers[.retryAfter] = Self.retrySeconds }
    }

    /// A part that the answer needs is not there at present.
    static func unavailable(_ detail: String) -> APIProblem {
        APIProblem(.serviceUnavailable, detail, headers: [.retryAfter: retrySeconds])
    }

    private static let retrySeconds = "5"

    /// The document.
    var response: Response {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("type", "about:blank")
            writer.field("title", HTTPResponseStatus(statusCode: status.code).reasonPhrase)
            writer.field("status", status.code)
            writer.field("detail", detail)
            if !problems.isEmpty { writer.field("problems", problems) }
        }
        return Response(json: writer.bytes, status: status, type: "application/problem+json", headers: headers)
    }
}

extension Response {
    /// An answer whose body is `json`, which is one JSON value.
    init(
        json: [UInt8], status: HTTPResponse.Status = .ok, type: String = "application/json", headers: HTTPFields = [:]
    ) {
        var headers = headers
        headers[.contentType] = type
        // Answers change and some hold secrets: nobody on the way keeps them.
        headers[.cacheControl] = "no-store"
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }

    /// An answer `{"item": …}`.
    static func item(
        status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ body: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("item")
            writer.object(body)
        }
        return Response(json: writer.bytes, status: status, headers: headers)
    }
}
