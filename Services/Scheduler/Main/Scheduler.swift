import ArgumentParser
import JSONStore
import Messages
import SchedulerCore
import ServiceKit
import ServiceRuntime

/// Decides when an occurrence of a job is due, and whether it is performed.
@main
struct Scheduler: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduler", abstract: "Starts the occurrences of jobs when they are due.",
        discussion: "A second one on the same data directory stands by and takes over.")

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        let host = try ServiceHost(.scheduler, settings: try options.settings())
        let store = try await host.openStore(StoreFormat(name: "courier.scheduler", version: 1))
        let engine = ServiceEngine(
            SchedulerState(), store: store, bus: host.bus, logger: host.logger, metrics: host.metrics, options: .scheduler)
        try await engine.recover()
        let queries = QueryServer(
            queue: Queues.query(.scheduler), logger: host.logger, answers: host.conditionAnswer(of: engine, store: store))
        try await host.run(
            engine, topology: CourierTopology.of(.scheduler),
            consumers: [QueueConsumer(queue: Queues.scheduler) { try SchedulerInput($0) }],
            others: [{ try await queries.run(on: host.bus) }])
        await store.close()
    }
}
