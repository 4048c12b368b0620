import HTTPTypes
import Hummingbird
import ServiceKit

/// Recognises who asks by the bearer token (RFC 6750).
struct BearerAuthentication: Sendable {
    let engine: ServiceEngine<APIState>

    /// The name of the token that `request` came with.
    ///
    /// - Throws: ``APIProblem`` with status 401.
    func actor(of request: Request) async throws -> String {
        guard let header = request.headers[.authorization] else {
            throw refusal("The request has no Authorization header: send 'Authorization: Bearer TOKEN'.", error: nil)
        }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw refusal(
                "The Authorization header is none that is read here: send 'Authorization: Bearer TOKEN'.", error: "invalid_request")
        }
        let hash = SHA256Hash(of: String(parts[1]))
        guard let token = await engine.read({ $0.token(matching: hash) }) else {
            throw refusal("The token is not valid. Ask the operator for one.", error: "invalid_token")
        }
        return token.name
    }

    private func refusal(_ detail: String, error: String?) -> APIProblem {
        let challenge = "Bearer realm=\"courier\"" + (error.map { ", error=\"\($0)\"" } ?? "")
        return APIProblem(.unauthorized, detail, headers: [.wwwAuthenticate: challenge])
    }
}
