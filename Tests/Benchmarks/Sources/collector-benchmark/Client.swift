import FoundationEssentials
import JSON
import MessageBus
import Messages

/// Asks the collector as the API does, and takes the time.
struct Client {
    let bus: InMemoryBus

    func ask(_ question: some Message) async throws -> JSONValue {
        try JSONValue(json: try await answer(type(of: question).name, question.encoded()))
    }

    func time(_ name: String, _ question: some Message) async throws {
        try await time(name, type(of: question).name, question.encoded())
    }

    /// Prints the median and the worst of 50 answers, and their size.
    func time(_ name: String, _ type: String, _ body: [UInt8]) async throws {
        var times: [Double] = []
        var size = 0
        for _ in 0..<50 {
            let begin = ContinuousClock.now
            size = try await answer(type, body).count
            times.append(milliseconds(ContinuousClock.now - begin))
        }
        times.sort()
        print("\(name): median \(times[times.count / 2]) ms, worst \(times.last ?? 0) ms, \(size) bytes")
    }

    private func answer(_ type: String, _ body: [UInt8]) async throws -> [UInt8] {
        let question = OutgoingMessage(id: UUID(), routingKey: Queues.query(.collector), type: type, body: body, persistent: false)
        return try await bus.request(question, timeout: .seconds(60)).body
    }
}
