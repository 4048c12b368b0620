import Hummingbird
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit

/// `/v1/diagnosis`: how everything is, what is stuck, and what to do about it.
struct DiagnosisEndpoint: Sendable {
    let bus: any MessageBus
    let questions: ServiceQuestions
    /// The API's own answer to what it asks the others.
    let own: @Sendable () async -> [UInt8]?

    private static let asked: [Service] = [.scheduler, .nodeResolver, .collector]

    var endpoints: [Endpoint] {
        [Endpoint(.get, "diagnosis", handle: get)]
    }

    @Sendable private func get(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        async let workers = items(.collector, QueryName.workers, PageQuery(page: PageRequest(itemsPerPage: 1000)).encoded())
        async let stuck = item(.collector, QueryName.stuckInstances)
        async let nodes = item(.nodeResolver, QueryName.nodeHealth)
        let answers = await services()
        let diagnosis = await Diagnosis(
            isBrokerConnected: bus.isConnected, services: answers, workers: workers, stuck: stuck, nodes: nodes)
        var writer = JSONWriter()
        writer.object { $0.field("item", diagnosis) }
        return Response(json: writer.bytes)
    }

    private func services() async -> [Diagnosis.Service] {
        let said = await own()
        let condition = said.flatMap { try? JSONValue(json: $0) } ?? .object([:])
        let own = Diagnosis.Service(name: Service.templateAPI.rawValue, condition: condition, silence: nil)
        return await withTaskGroup(of: Diagnosis.Service.self) { group in
            for service in Self.asked { group.addTask { await self.condition(of: service) } }
            var answers: [Diagnosis.Service] = []
            for await answer in group { answers.append(answer) }
            return [own] + answers.sorted { $0.name < $1.name }
        }
    }

    private func condition(of service: Service) async -> Diagnosis.Service {
        do {
            let answer = try JSONValue(json: try await questions.ask(service, type: QueryName.service, body: Array("{}".utf8)))
            return Diagnosis.Service(name: service.rawValue, condition: answer["item"] ?? .object([:]), silence: nil)
        } catch let problem as APIProblem {
            return Diagnosis.Service(name: service.rawValue, condition: nil, silence: problem.detail)
        } catch {
            return Diagnosis.Service(name: service.rawValue, condition: nil, silence: "\(error)")
        }
    }

    private func item(_ service: Service, _ type: String) async -> JSONValue? {
        let answer = try? await questions.ask(service, type: type, body: Array("{}".utf8))
        return answer.flatMap { try? JSONValue(json: $0)["item"] }
    }

    private func items(_ service: Service, _ type: String, _ body: [UInt8]) async -> [JSONValue]? {
        let answer = try? await questions.ask(service, type: type, body: body)
        return answer.flatMap { try? JSONValue(json: $0)["items"]?.elements }
    }
}
