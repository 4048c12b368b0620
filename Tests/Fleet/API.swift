import AsyncHTTPClient
import FoundationEssentials
import JSON
import NIOCore
import NIOHTTP1

/// Speaks to the API of the stack under test.
struct API: Sendable {
    let url: String
    let token: String

    /// The API of the stack whose state is in `directory`.
    init(state directory: String) throws {
        guard let file = FileManager.default.contents(atPath: directory + "/stack.json"), let stack = try? JSONValue(json: [UInt8](file)),
            let url = stack["url"]?.text, let tokenFile = stack["tokenFile"]?.text,
            let token = FileManager.default.contents(atPath: tokenFile)
        else { throw Failure("\(directory)/stack.json does not lead to a stack: is it up?") }
        self.url = url
        self.token = String(decoding: token, as: UTF8.self).filter { !$0.isWhitespace }
    }

    func send(_ method: String, _ path: String, body: String? = nil) async throws -> JSONValue {
        var request = HTTPClientRequest(url: url + path)
        request.method = .init(rawValue: method)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Accept-Encoding", value: "identity")
        if let body {
            request.body = .bytes(ByteBuffer(string: body))
            request.headers.add(name: "Content-Type", value: "application/json")
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let bytes = Array(buffer: try await response.body.collect(upTo: 256 << 20))
        guard (200..<300).contains(Int(response.status.code)) else {
            if response.status.code == 404 { return .null }
            throw Failure("\(method) \(path): \(response.status.code) \(String(decoding: bytes.prefix(500), as: UTF8.self))")
        }
        return try JSONValue(json: bytes)
    }
}

/// Why a measurement ended without a figure.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
