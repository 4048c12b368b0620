import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1

/// What the API answered.
struct Answer: Sendable {
    var status: Int
    var type: String?
    var text: String
    var json: JSONValue?

    var item: JSONValue? { json?["item"] }
    var items: [JSONValue] { json?["items"]?.elements ?? [] }
    var pointers: [String] { json?["problems"]?.elements?.compactMap { $0["pointer"]?.text } ?? [] }
    var isProblem: Bool { type == "application/problem+json" && json?["status"]?.int == status && json?["detail"]?.text?.isEmpty == false }
}

/// Speaks to one server of the stack.
struct APIClient: Sendable {
    let url: String
    var token: String?

    func send(
        _ method: String, _ path: String, body: [UInt8]? = nil, type: String? = "application/json", headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = HTTPMethod(rawValue: method)
        // Compressed, some answers exceed what the client unpacks: ten thousand brackets in a row become a few bytes.
        request.headers.add(name: "Accept-Encoding", value: "identity")
        if let token, headers["Authorization"] == nil { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers where !value.isEmpty { request.headers.add(name: name, value: value) }
        if let body {
            request.body = .bytes(ByteBuffer(bytes: body))
            if let type { request.headers.add(name: "Content-Type", value: type) }
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = Array(buffer: try await response.body.collect(upTo: 64 << 20))
        return Answer(
            status: Int(response.status.code), type: response.headers.first(name: "Content-Type"),
            text: String(decoding: bytes, as: UTF8.self),
            json: try? JSONValue(json: bytes))
    }

    /// The answer to a question that has one.
    func get(_ path: String) async throws -> Answer { try await successful("GET", path) }

    func post(_ path: String, _ body: String? = nil, headers: [String: String] = [:]) async throws -> Answer {
        try await successful("POST", path, body: body.map { Array($0.utf8) }, headers: headers)
    }

    private func successful(
        _ method: String, _ path: String, body: [UInt8]? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        let answer = try await send(method, path, body: body, headers: headers)
        guard (200..<300).contains(answer.status) else { throw Trouble("\(method) \(path): \(answer.status) \(answer.text)") }
        return answer
    }
}
