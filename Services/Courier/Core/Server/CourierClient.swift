internal import JSON

/// Speaks to the API: builds requests and turns answers into trees or errors.
struct CourierClient: Sendable {
    let server: Server
    let transport: any HTTPTransport

    /// No answer came, or one that is not Courier's.
    struct Unreachable: Error, Equatable {
        let message: String
    }

    /// Sends a request and returns the answer's document; `nil` for an answer without a body.
    ///
    /// - Throws: `Problem` when the server refuses, `Unreachable` when there is no answer.
    @discardableResult
    func send(
        _ method: String, _ path: String, query: [(String, String)] = [], headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil, type: String = "application/json"
    ) async throws -> JSONNode? {
        var headers = headers
        if body != nil { headers.append(("Content-Type", type)) }
        let call = call(method, path, query: query, headers: headers + [("Accept", "application/json")], body: body)
        let answer = try await reaching { try await transport.send(call) }
        if answer.body.isEmpty { return nil }
        do {
            return try JSONNode.parse(answer.body)
        } catch {
            throw foreign("no JSON: \(error)")
        }
    }

    /// Sends a request whose answer has an item.
    func item(
        _ method: String = "GET", _ path: String, query: [(String, String)] = [], headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil, type: String = "application/json"
    ) async throws -> JSONNode {
        guard let item = try await send(method, path, query: query, headers: headers, body: body, type: type)?["item"] else {
            throw foreign("an answer without \"item\"")
        }
        return item
    }

    /// Sends a request whose answer comes piece by piece, and returns when it has ended.
    ///
    /// - Throws: `Problem` when the server refuses, `Unreachable` when there is no answer or it is cut off; what `receive` throws.
    func stream(
        _ path: String, query: [(String, String)], headers: [(name: String, value: String)], _ receive: ([UInt8]) async throws -> Void
    ) async throws {
        let call = call("GET", path, query: query, headers: headers + [("Accept", "text/event-stream")])
        _ = try await reaching { try await transport.stream(call, receive) }
    }

    private func call(
        _ method: String, _ path: String, query: [(String, String)], headers: [(name: String, value: String)], body: [UInt8]? = nil
    ) -> HTTPCall {
        var headers = headers
        if let token = server.token { headers.append(("Authorization", "Bearer \(token)")) }
        return HTTPCall(
            method: method, url: "\(server.url)/v1/\(path)\(PercentEncoding.query(query))", headers: headers, body: body)
    }

    private func reaching(_ send: () async throws -> HTTPAnswer) async throws -> HTTPAnswer {
        let answer: HTTPAnswer
        do {
            answer = try await send()
        } catch let failure as TransportFailure {
            throw Unreachable(message: "the server at \(server.url) (from \(server.origin)) cannot be reached: \(failure.reason)")
        }
        guard (200..<300).contains(answer.status) else {
            if (300..<400).contains(answer.status) { throw foreign("a redirect (status \(answer.status))") }
            throw Problem(status: answer.status, body: answer.body)
        }
        return answer
    }

    /// One page of a list.
    func page(_ path: String, query: [(String, String)], page: Int, itemsPerPage: Int) async throws -> ListPage {
        let query = query + [("page", String(page)), ("itemsPerPage", String(itemsPerPage))]
        let answer = try await send("GET", path, query: query)
        guard let items = answer?["items"]?.elements else { throw foreign("an answer without \"items\"") }
        return ListPage(items: items, totalPages: answer?["pagination"]?["totalPages"]?.int ?? 1)
    }

    /// What answers is not Courier.
    func foreign(_ found: String) -> Unreachable {
        Unreachable(
            message: "expected Courier's API at \(server.url) (from \(server.origin)), found \(found); check the address")
    }
}

/// A part of a list.
struct ListPage: Sendable {
    let items: [JSONNode]
    let totalPages: Int
}
