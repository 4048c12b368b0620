import FoundationEssentials
import HTTPTypes
import JSON
import MessageBus
import Messages

/// Asks other services and gives their answers as they are.
struct ServiceQuestions: Sendable {
    let bus: any MessageBus
    let timeout: Duration

    /// The JSON that `service` answers `question` with.
    ///
    /// - Throws: `QueryProblem` when the service refuses, ``APIProblem`` when it cannot be reached.
    func ask(_ service: Service, _ question: some Message) async throws -> [UInt8] {
        try await ask(service, type: Swift.type(of: question).name, body: question.encoded())
    }

    /// The JSON that `service` answers the question `type` about `id` with.
    ///
    /// - Throws: `QueryProblem` when the service refuses, ``APIProblem`` when it cannot be reached.
    func ask(_ service: Service, _ type: String, about id: UUID) async throws -> [UInt8] {
        try await ask(service, type: type, body: ItemQuery(id: id).encoded())
    }

    /// Whether `service` answers at all.
    func isReachable(_ service: Service, _ type: String) async -> Bool {
        do {
            // No such thing exists, which is the cheapest of answers.
            _ = try await ask(service, type, about: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
            return true
        } catch let problem as QueryProblem {
            return problem.status != 503
        } catch {
            return false
        }
    }

    /// The JSON that `service` answers the question `type` with.
    ///
    /// - Throws: `QueryProblem` when the service refuses, ``APIProblem`` when it cannot be reached.
    func ask(_ service: Service, type: String, body: [UInt8]) async throws -> [UInt8] {
        // A driver may wait for the connection; whoever reads is better off trying again.
        guard bus.isConnected else {
            throw APIProblem.unavailable("The message broker cannot be reached at present. Try again.")
        }
        let question = OutgoingMessage(
            id: UUID(), routingKey: Queues.query(service), type: type, body: body, persistent: false, expiration: timeout)
        let answer: Delivery
        do {
            answer = try await bus.request(question, timeout: timeout)
        } catch let error as BusError {
            throw APIProblem.unavailable(explanation(error, service))
        }
        switch answer.type {
        case QueryName.answer: return answer.body
        case QueryName.problem: throw try QueryProblem(json: answer.body)
        default: throw APIProblem(.badGateway, "\(service.rawValue) gave an answer of the unknown type '\(answer.type)'.")
        }
    }

    private func explanation(_ error: BusError, _ service: Service) -> String {
        switch error.code {
        case .timeout: "\(service.rawValue) did not answer within \(timeout.components.seconds) seconds. Try again."
        case .notFound: "\(service.rawValue) has not been started yet. Start it and try again."
        default: "The connection to the message broker was lost. Try again."
        }
    }
}
