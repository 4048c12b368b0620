import ArgumentParser
import CollectorCore
import JSONStore
import Messages
import ServiceKit
import ServiceRuntime

/// Keeps the truth about every run: the first terminal status wins, and every result is kept.
@main
struct ResultCollector: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result-collector", abstract: "Keeps the status of every run, step and instance, and their output.")

    @OptionGroup var options: ServiceOptions

    @Option(help: "Seconds of silence after which a worker is lost and its instances go to others. (COURIER_LEASE_SECONDS; default: 30)")
    var leaseSeconds: String?

    @Option(help: "Finished instances are removed this many days after their end. (COURIER_RETAIN_DAYS; default: kept for ever)")
    var retainDays: String?

    @Option(help: "So many finished instances are kept, the newest. (COURIER_RETAIN_INSTANCES; default: all)")
    var retainInstances: String?

    @Option(
        help: "Files of finished instances are kept up to this size in all, such as 500M or 20G. (COURIER_RETAIN_SIZE; default: any size)")
    var retainSize: String?

    func run() async throws {
        let host = try ServiceHost(
            .collector,
            settings: try options.settings([
                "lease-seconds": leaseSeconds, "retain-days": retainDays, "retain-instances": retainInstances, "retain-size": retainSize,
            ]))
        let lease = try host.settings.integer("lease-seconds", in: 1...3600, default: 30)
        let policy = try Self.policy(host.settings)
        let store = try await host.openStore(StoreFormat(name: "courier.result-collector", version: 1))
        let documents = try await DocumentDirectory.open(host.dataDirectory + "/instances")
        let engine = ServiceEngine(
            CollectorState(lease: .seconds(lease)), store: store, bus: host.bus, logger: host.logger, metrics: host.metrics)
        try await engine.recover()
        let archive = InstanceArchive(documents, logger: host.logger)
        let archiver = Archiver(engine, archive: archive, metrics: host.metrics)
        let retention = RetentionKeeper(policy, engine: engine, logger: host.logger, metrics: host.metrics)
        let reporter = HandOverReporter(logger: host.logger, metrics: host.metrics)
        let followers = Followers(engine, archive: archive)
        let condition = host.conditionAnswer(of: engine, store: store)
        let queries = CollectorQueries(engine, archive: archive, followers: followers).server(
            logger: host.logger, others: WorkerQueries(engine).answers.merging(condition) { $1 })
        try await host.run(
            engine, topology: CourierTopology.of(.collector),
            consumers: [QueueConsumer(queue: Queues.results, prefetch: 2000) { try CollectorInput($0) }],
            others: [{ try await queries.run(on: host.bus) }],
            always: [
                { try await archiver.run() }, { try await retention.run() }, { await reporter.run(engine) }, { await followers.run() },
            ])
        await documents.close()
        await store.close()
    }

    private static func policy(_ settings: Settings) throws -> RetentionPolicy {
        var policy = RetentionPolicy()
        if settings.text("retain-days") != nil {
            policy.age = .seconds(try settings.integer("retain-days", in: 1...36_500, default: 1) * 86_400)
        }
        if settings.text("retain-instances") != nil {
            policy.instances = try settings.integer("retain-instances", in: 1...1_000_000_000, default: 1)
        }
        if let size = settings.text("retain-size") {
            guard let bytes = RetentionPolicy.bytes(size) else {
                throw SettingError(reason: "retain-size: expected a size such as 500M or 20G (K, M, G or T; or bytes), found '\(size)'")
            }
            policy.bytes = bytes
        }
        return policy
    }
}
