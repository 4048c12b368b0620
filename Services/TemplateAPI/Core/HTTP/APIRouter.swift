public import FoundationEssentials
import HTTPTypes
public import Hummingbird
public import Logging
public import MessageBus
public import Messages
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
    ///   - sealer: Seals sensitive inputs; without one they are kept as they are.
    ///   - requestTimeout: How long another service has to answer.
    ///   - condition: How this service is: the JSON object that others answer `query.service` with.
    ///   - streams: The event streams; whoever stops the process stops them first.
    ///   - makeID: Draws identifiers.
    public init(
        engine: ServiceEngine<APIState>, bus: any MessageBus, time: any TimeSource = SystemTime(), logger: Logger,
        metrics: Metrics = Metrics(), sealer: TemplateSealer? = nil, requestTimeout: Duration = .seconds(5),
        condition: @escaping @Sendable () async -> [UInt8]? = { nil }, streams: EventStreams = EventStreams(),
        makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        let questions = ServiceQuestions(bus: bus, timeout: requestTimeout)
        let changes = ChangeQuestions(ServiceQuestions(bus: bus, timeout: streams.limits.patience + .seconds(1)))
        let jobs = JobEndpoints(engine: engine, time: time, sealer: sealer, makeID: makeID)
        let health = HealthEndpoint(bus: bus, questions: ServiceQuestions(bus: bus, timeout: min(requestTimeout, .seconds(1))))
        let diagnosis = DiagnosisEndpoint(
            bus: bus, questions: ServiceQuestions(bus: bus, timeout: min(requestTimeout, .seconds(2))), own: condition)
        let groups: [[Endpoint]] = [
            jobs.endpoints, JobVersionEndpoints(engine: engine, time: time, sealer: sealer).endpoints,
            GalleryEndpoints(engine: engine, jobs: jobs, makeID: makeID).endpoints,
            ScheduleEndpoints(engine: engine, time: time).endpoints, CalendarEndpoints(engine: engine, time: time).endpoints,
            InstanceEndpoints(engine: engine, questions: questions).endpoints,
            RerunEndpoint(engine: engine, questions: questions, time: time, makeID: makeID).endpoints,
            InstanceEventsEndpoint(questions: changes, streams: streams).endpoints, NodeEndpoints(questions: questions).endpoints,
            SavedSelectionEndpoints(questions: questions).endpoints, TargetPreview(questions: questions).endpoints,
            WorkerEndpoints(questions: questions).endpoints, SchemaEndpoint().endpoints, diagnosis.endpoints, health.endpoints,
        ]
        endpoints = groups.flatMap(\.self)
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
