public import FoundationEssentials
import HTTPTypes
public import Hummingbird
public import JobModel
public import Logging
public import MessageBus
public import ServiceKit

/// The HTTP API: every endpoint under `/v1`, its authentication and its errors.
public struct APIRouter: Sendable {
    private let authentication: BearerAuthentication
    private let endpoints: [Endpoint]
    private let logger: Logger
    private let metrics: Metrics

    /// The API of `engine`.
    ///
    /// - Parameters:
    ///   - engine: Recovered; ``ServiceEngine/run()`` publishes what requests cause.
    ///   - bus: Asks the collector and the node-resolver.
    ///   - time: What a job's acceptance is read from.
    ///   - requestTimeout: How long another service has to answer.
    ///   - readTemplate: Reads a template; for tests.
    ///   - makeID: Draws identifiers.
    public init(
        engine: ServiceEngine<APIState>, bus: any MessageBus, time: any TimeSource = SystemTime(), logger: Logger,
        metrics: Metrics = Metrics(), requestTimeout: Duration = .seconds(5),
        readTemplate: @escaping @Sendable ([UInt8]) -> TemplateReading = { TemplateReader.read($0) },
        makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        let questions = ServiceQuestions(bus: bus, timeout: requestTimeout)
        let jobs = JobEndpoints(engine: engine, time: time, readTemplate: readTemplate, makeID: makeID)
        endpoints =
            jobs.endpoints + InstanceEndpoints(engine: engine, questions: questions).endpoints
            + NodeEndpoints(questions: questions).endpoints
            + HealthEndpoint(bus: bus, questions: ServiceQuestions(bus: bus, timeout: min(requestTimeout, .seconds(1)))).endpoints
        authentication = BearerAuthentication(engine: engine)
        self.logger = logger
        self.metrics = metrics
    }

    /// The router, for an `Application`.
    public func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware(logger: logger, metrics: metrics))
        for endpoint in endpoints {
            router.on(RouterPath("v1/\(endpoint.path)"), method: endpoint.method) { request, context in
                let actor = endpoint.isOpen ? "" : try await authentication.actor(of: request)
                return try await endpoint.handle(APIRequest(request: request, parameters: context.parameters, actor: actor))
            }
        }
        for (path, methods) in Dictionary(grouping: endpoints, by: \.path) {
            refuseOthers(than: methods.map(\.method), at: path, on: router)
        }
        return router
    }

    /// Without these a path that exists would be "not found" for another method.
    private func refuseOthers(than methods: [HTTPRequest.Method], at path: String, on router: Router<BasicRequestContext>) {
        let allowed = methods.contains(.get) ? methods + [.head] : methods
        let list = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options] where !allowed.contains(method) {
            router.on(RouterPath("v1/\(path)"), method: method) { _, _ -> Response in
                throw APIProblem(.methodNotAllowed, "This path does not take \(method.rawValue), only \(list).", headers: [.allow: list])
            }
        }
    }
}
