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

    func run() async throws {
        let host = try ServiceHost(.collector, settings: try options.settings())
        let store = try await host.openStore(StoreFormat(name: "courier.result-collector", version: 1))
        let documents = try await DocumentDirectory.open(host.dataDirectory + "/instances")
        let engine = ServiceEngine(CollectorState(), store: store, bus: host.bus, logger: host.logger, metrics: host.metrics)
        try await engine.recover()
        let archive = InstanceArchive(documents, logger: host.logger)
        let queries = CollectorQueries(engine, archive: archive).server(logger: host.logger)
        try await host.run(
            engine, topology: CourierTopology.of(.collector),
            consumers: [QueueConsumer(queue: Queues.results, prefetch: 2000) { try CollectorInput($0) }],
            others: [{ try await queries.run(on: host.bus) }], always: [{ try await archive.run(engine) }])
        await documents.close()
        await store.close()
    }
}
