import Hummingbird
import JSON
import MessageBus
import Messages

/// `/v1/health`: whether everything that an answer may need is there. For people and scripts; supervisors ask each service itself.
struct HealthEndpoint: Sendable {
    let bus: any MessageBus
    let questions: ServiceQuestions

    var endpoints: [Endpoint] {
        [Endpoint(.get, "health", isOpen: true, handle: get)]
    }

    @Sendable private func get(_ request: APIRequest) async throws -> Response {
        _ = try request.query()
        async let collector = questions.isReachable(.collector, QueryName.instance)
        async let resolver = questions.isReachable(.nodeResolver, QueryName.node)
        async let scheduler = questions.isReachable(.scheduler, QueryName.service)
        let services = await [(Service.collector, collector), (.nodeResolver, resolver), (.scheduler, scheduler)]
        let isConnected = bus.isConnected
        return .item { writer in
            writer.field("status", isConnected && services.allSatisfy(\.1) ? "ok" : "degraded")
            writer.field("broker", isConnected ? "connected" : "disconnected")
            writer.key("services")
            writer.object { writer in
                for (service, isReachable) in services {
                    writer.key(service.rawValue)
                    writer.value(isReachable ? "reachable" : "unreachable")
                }
            }
        }
    }
}
