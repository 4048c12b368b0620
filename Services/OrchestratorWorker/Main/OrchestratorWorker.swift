import ArgumentParser
import JSONStore
import Logging
import MessageBus
import Messages
import ServiceKit
import ServiceRuntime
import WorkerCore

/// Drives instances: takes them from the queue that all workers share, starts their runs batch by batch, and judges them.
@main
struct OrchestratorWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orchestrator-worker", abstract: "Drives job instances: starts runs batch by batch and judges them.",
        discussion: "Start as many as needed, each with a data directory of its own. A stopped one hands its instances over.")

    @OptionGroup var options: ServiceOptions

    @Option(help: "The worker's name, unlike any other worker's. (COURIER_NAME; default: drawn once and kept in the data directory)")
    var name: String?

    @Option(help: "The control plane's key file, the same that the node-resolver has. (COURIER_MASTER_KEY; required)")
    var masterKey: String?

    func run() async throws {
        let host = try ServiceHost(.worker, settings: try options.settings(["name": name, "master-key": masterKey]))
        let key = try MasterKeyFile(path: try host.settings.required("master-key")).load()
        let store = try await host.openStore(StoreFormat(name: "courier.orchestrator-worker", version: 1))
        let name = try host.settings.text("name") ?? WorkerName.kept(in: host.dataDirectory)
        let engine = ServiceEngine(
            WorkerState(name: name, masterKey: key), store: store, bus: host.bus, logger: host.logger, metrics: host.metrics)
        try await engine.recover()
        host.logger.info("Worker", metadata: ["name": "\(name)"])
        let decode: @Sendable (Delivery) throws -> WorkerInput? = { try WorkerInput($0) }
        // A few at a time, so that instances spread over the workers.
        let instances = QueueConsumer<WorkerState>(queue: Queues.instances, prefetch: 4, decode: decode)
        let takeNoMore = StopSignal()
        let takesNoMore = StopSignal()
        try await host.run(
            engine, topology: CourierTopology.of(.worker, worker: name),
            consumers: [QueueConsumer(queue: Queues.worker(name), decode: decode)],
            others: [
                {
                    try await instances.run(engine, on: host.bus, until: takeNoMore)
                    takesNoMore.give()
                    // Goes on being served by the other consumer until the service ends.
                    await StopSignal().wait()
                }
            ],
            beforeStop: {
                // In this order, or it would take its own instances back.
                takeNoMore.give()
                await takesNoMore.wait()
                try await engine.perform(.handOver)
            })
        await store.close()
    }
}
