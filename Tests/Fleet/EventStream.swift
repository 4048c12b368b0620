import AsyncHTTPClient
import FoundationEssentials
import JSON
import NIOCore
import NIOHTTP1

// Within a sequence, `Failure` is its own.
private typealias Trouble = Failure

/// The events of one instance, as they come.
struct EventStream: AsyncSequence {
    typealias Element = (name: String, data: JSONValue)

    private let body: HTTPClientResponse.Body

    /// Opens the stream of an instance that may still be to come.
    init(_ api: API, instance: String, kinds: String = "instance,run,step,output") async throws {
        var request = HTTPClientRequest(url: "\(api.url)/v1/instances/\(instance)/events?expected=true&kinds=\(kinds)")
        request.headers.add(name: "Authorization", value: "Bearer \(api.token)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        guard response.status == .ok else { throw Trouble("the events of \(instance): \(response.status)") }
        body = response.body
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var pieces: HTTPClientResponse.Body.AsyncIterator
        private var lines: [UInt8] = []
        private var waiting: [Element] = []

        fileprivate init(_ pieces: HTTPClientResponse.Body.AsyncIterator) { self.pieces = pieces }

        mutating func next() async throws -> Element? {
            while waiting.isEmpty {
                guard let piece = try await pieces.next() else { return nil }
                lines += Array(buffer: piece)
                guard let end = lines.lastIndex(of: UInt8(ascii: "\n")) else { continue }
                var name = ""
                for line in lines[...end].split(separator: UInt8(ascii: "\n")) {
                    if line.starts(with: Array("event: ".utf8)) { name = String(decoding: line.dropFirst(7), as: UTF8.self) }
                    if line.starts(with: Array("data: ".utf8)) { waiting.append((name, try JSONValue(json: Array(line.dropFirst(6))))) }
                }
                lines.removeFirst(end + 1)
                waiting.reverse()
            }
            return waiting.removeLast()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body.makeAsyncIterator()) }

    /// Reads to the end, and says how many events there were of each name.
    static func count(_ api: API, instance: String) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for try await event in try await EventStream(api, instance: instance) { counts[event.name, default: 0] += 1 }
        return counts
    }
}
