import HTTPTypes
import Hummingbird

extension HTTPField.Name {
    /// `Idempotency-Key`.
    fileprivate static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .ifMatch
}

extension APIRequest {
    /// The key under which the same may be asked again; `nil` when the client gave none.
    ///
    /// - Throws: ``APIProblem`` with status 400.
    func idempotencyKey() throws(APIProblem) -> String? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIProblem(.badRequest, "The Idempotency-Key is wrong: expected 1 to 255 visible ASCII characters without spaces.")
        }
        return key
    }

    /// Who asks, with the key of a request whose method and path count as well as its body.
    func client(_ key: String?, _ body: [UInt8]) -> ClientRequest {
        let whole = Array("\(request.method.rawValue) \(request.uri.path)\n".utf8) + body
        return ClientRequest(actor: actor, idempotency: key.map { ($0, SHA256Hash(of: whole)) })
    }
}
