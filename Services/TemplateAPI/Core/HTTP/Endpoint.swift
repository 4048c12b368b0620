import FoundationEssentials
import HTTPTypes
import Hummingbird

/// One method on one path.
struct Endpoint: Sendable {
    var method: HTTPRequest.Method
    /// Under `/v1`, with parameters in braces.
    var path: String
    /// Whether it is answered without a bearer token.
    var isOpen: Bool
    var handle: @Sendable (APIRequest) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, isOpen: Bool = false,
        handle: @escaping @Sendable (APIRequest) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.isOpen = isOpen
        self.handle = handle
    }
}

/// A request that an endpoint answers.
struct APIRequest: Sendable {
    let request: Request
    let parameters: Parameters
    /// The name of the token it came with; empty on an open endpoint.
    let actor: String

    /// The identifier in the path.
    ///
    /// - Throws: ``APIProblem`` with status 400 when what stands there is none.
    func id() throws -> UUID {
        let text = parameters.get("id") ?? ""
        guard let id = UUID(uuidString: text) else {
            throw APIProblem(
                .badRequest,
                "The path names '\(text.prefix(64))': expected a UUID such as 6f1c3b0e-8a1d-4c55-9a55-2f6d3c1c7e10.")
        }
        return id
    }

    /// The query, in which only `names` may occur.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func query(_ names: String...) throws -> QueryParameters {
        try QueryParameters(request, allowed: names)
    }
}
