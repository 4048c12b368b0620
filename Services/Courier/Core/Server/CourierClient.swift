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
        body: [UInt8]? = nil
    ) async throws -> JSONNode? {
        var headers = headers
        headers.append(("Accept", "application/json"))
        if body != nil { headers.append(("Content-Type", "application/json")) }
        if let token = server.token { headers.append(("Authorization", "Bearer \(token)")) }
        let url = "\(server.url)/v1/\(path)\(PercentEncoding.query(query))"
        let answer: HTTPAnswer
        do {
            answer = try await transport.send(HTTPCall(method: method, url: url, headers: headers, body: body))
        } catch let failure as TransportFailure {
            throw Unreachable(message: "the server at \(server.url) (from \(server.origin)) cannot be reached: \(failure.reason)")
        }
        guard (200..<300).contains(answer.status) else {
            if (300..<400).contains(answer.status) { throw foreign("a redirect (status \(answer.status))") }
            throw Problem(status: answer.status, body: answer.body)
        }
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
        body: [UInt8]? = nil
    ) async throws -> JSONNode {
        guard let item = try await send(method, path, query: query, headers: headers, body: body)?["item"] else {
            throw foreign("an answer without \"item\"")
        }
        return item
    }

    /// One page of a list.
    func page(_ path: String, query: [(String, String)], page: Int, itemsPerPage: Int) async throws -> ListPage {
        let query = query + [("page", String(page)), ("itemsPerPage", String(itemsPerPage))]
        let answer = try await send("GET", path, query: query)
        guard let items = answer?["items"]?.elements else { throw foreign("an answer without \"items\"") }
        return ListPage(items: items, totalPages: answer?["pagination"]?["totalPages"]?.int ?? 1)
    }

    private func foreign(_ found: String) -> Unreachable {
        Unreachable(
            message: "expected Courier's API at \(server.url) (from \(server.origin)), found \(found); check the address")
    }
}

/// A part of a list.
struct ListPage: Sendable {
    let items: [JSONNode]
    let totalPages: Int
}
