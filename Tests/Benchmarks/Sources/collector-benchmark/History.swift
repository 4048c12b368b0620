import CollectorCore
import FoundationEssentials
import JSON
import JSONStore
import JobModel
import MessageBus
import Messages
import ServiceKit

/// What a collector costs that has kept much: its start, its memory, and pages of its lists.
enum History {
    private static let jobs = (0..<100).map { _ in UUID() }

    /// Fills a collector's directory by telling it of instances whose every run succeeds.
    static func fill(instances: Int, runs: Int, directory: String) async throws {
        let store = try await Fleet.open(directory)
        let documents = try await DocumentDirectory.open(directory + "/instances")
        let engine = ServiceEngine(CollectorState(), store: store, bus: InMemoryBus(InMemoryBroker()), logger: Fleet.silent)
        try await engine.recover()
        let archiver = Archiver(engine, archive: InstanceArchive(documents, logger: Fleet.silent), metrics: Metrics())
        let archiving = Task { try await archiver.run() }
        let running = Task { try await engine.run() }
        // The same nodes again and again, as a fleet has them.
        let fleets = (0..<max(1, min(100, 10_000 / max(1, runs)))).map { _ in Fleet(runs) }
        let begin = ContinuousClock.now
        let first = SystemTime().now - .seconds(instances * 60)
        for number in 0..<instances {
            let fleet = fleets[number % fleets.count]
            let id = UUID()
            let time = first + .seconds(number * 60)
            let owner = Ownership(instanceID: id, worker: "worker", epoch: 0)
            var deliveries = fleet.beginning(owner, fleet.instance(id, of: jobs[number % jobs.count], at: time), at: time)
            for node in fleet.nodes.indices { deliveries.append(Fleet.delivery(fleet.report(node, of: id, at: time))) }
            deliveries.append(fleet.ending(owner, at: time + .seconds(5)))
            try await engine.receive(deliveries, of: Fleet.subscription) { try CollectorInput($0) }
        }
        for await _ in await engine.commits() where await engine.read({ $0.liveCount == 0 && !$0.hasWork }) { break }
        let took = ContinuousClock.now - begin
        print("\(instances) instances of \(runs) runs told and archived in \(milliseconds(took) / 1000) s")
        archiving.cancel()
        running.cancel()
        await documents.close()
        await store.close()
    }

    /// Starts a collector over the directory and asks it for pages.
    static func start(directory: String) async throws {
        let begin = ContinuousClock.now
        let store = try await Fleet.open(directory)
        let documents = try await DocumentDirectory.open(directory + "/instances")
        let broker = InMemoryBroker()
        let bus = InMemoryBus(broker)
        let engine = ServiceEngine(CollectorState(), store: store, bus: bus, logger: Fleet.silent)
        try await engine.recover()
        let took = milliseconds(ContinuousClock.now - begin)
        let used = (Process.processorSeconds() * 1000).rounded()
        print("started in \(took) ms, \(used) ms of processor time, \(Process.residentMegabytes().rounded()) MB resident")
        let archive = InstanceArchive(documents, logger: Fleet.silent)
        try await bus.declare(CourierTopology.of(.collector))
        let queries = CollectorQueries(engine, archive: archive).server(logger: Fleet.silent)
        let answering = Task { try await queries.run(on: bus) }
        try await pages(Client(bus: bus))
        print("\(Process.residentMegabytes().rounded()) MB resident after all questions")
        answering.cancel()
        await documents.close()
        await store.close()
    }

    private static func pages(_ client: Client) async throws {
        let newest = try await client.ask(InstancesQuery(page: PageRequest(itemsPerPage: 1)))
        let total = newest["pagination"]?["totalItems"]?.int ?? 0
        let middle = try await client.ask(InstancesQuery(page: PageRequest(page: max(1, total / 2), itemsPerPage: 1)))
        guard let item = middle["items"]?.elements?.first, let instance = item["id"]?.text.flatMap(UUID.init),
            let job = item["jobId"]?.text.flatMap(UUID.init), let created = item["createdAt"]?.text.flatMap(Timestamp.init)
        else { throw BusError(.notFound, subject: "instances", reason: "there are none: fill first") }
        let runs = try await client.ask(RunsQuery(instanceID: instance, page: PageRequest(itemsPerPage: 1)))
        guard let item = runs["items"]?.elements?.first, let run = item["id"]?.text.flatMap(UUID.init),
            let node = item["nodeId"]?.text.flatMap(UUID.init)
        else { throw BusError(.notFound, subject: "runs", reason: "there are none") }
        let week = TimeSpan(from: created - .seconds(302_400), to: created + .seconds(302_400))
        let large = PageRequest(itemsPerPage: 1000)
        try await client.time("instances, the first 50", InstancesQuery())
        try await client.time("instances, the last 50", InstancesQuery(page: PageRequest(page: (total + 49) / 50)))
        try await client.time("instances, 1,000", InstancesQuery(page: large))
        try await client.time("instances of a job, in a week", InstancesQuery(jobID: job, created: week))
        try await client.time("instances with status failure (none)", InstancesQuery(statuses: [.failure]))
        try await client.time("instances with a run on a node", InstancesQuery(nodeID: node))
        try await client.time("runs of an instance, 50", RunsQuery(instanceID: instance))
        try await client.time("runs of an instance, 1,000", RunsQuery(instanceID: instance, page: large))
        try await client.time(
            "runs of an instance with status success, the last page", RunsQuery(instanceID: instance, statuses: [.success]))
        try await client.time("runs on a node, 50", NodeRunsQuery(nodeID: node))
        try await client.time("runs on a node in a week, 1,000", NodeRunsQuery(nodeID: node, created: week, page: large))
        try await client.time("one run", QueryName.run, ItemQuery(id: run).encoded())
        try await client.time("a run that is not there", QueryName.run, ItemQuery(id: UUID()).encoded())
        try await client.time("a run's output", RunOutputQuery(id: run))
        try await client.time("its last line", RunOutputQuery(id: run, part: .lines(1)))
    }
}
