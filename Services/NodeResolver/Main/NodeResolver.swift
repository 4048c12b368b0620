import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import JSONStore
import Messages
import NodeResolverCore
import ServiceKit
import ServiceRuntime

/// Knows the nodes: enrols them, gives each its own broker account, and says which nodes a target means.
@main
struct NodeResolver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node-resolver", abstract: "Knows the nodes: enrolment, check-ins, and which nodes a target means.")

    @OptionGroup var options: ServiceOptions

    @Option(help: "The control plane's key file, made when it is missing. (COURIER_MASTER_KEY; required)")
    var masterKey: String?

    @Option(help: "The broker's management API: http[s]://host:port. (COURIER_MANAGEMENT_URL; required)")
    var managementUrl: String?

    @Option(help: "An administrator of the broker. (COURIER_MANAGEMENT_USER; required)")
    var managementUser: String?

    @Option(help: "Its password; better in the file. (COURIER_MANAGEMENT_PASSWORD; required)")
    var managementPassword: String?

    @Option(help: "Where nodes reach the broker: amqp[s]://host:port/vhost. (COURIER_NODE_BROKER_URL; required)")
    var nodeBrokerUrl: String?

    func run() async throws {
        let settings = try options.settings([
            "master-key": masterKey, "management-url": managementUrl, "management-user": managementUser,
            "management-password": managementPassword, "node-broker-url": nodeBrokerUrl,
        ])
        let host = try ServiceHost(.nodeResolver, settings: settings)
        let key = try MasterKeyFile(path: try settings.required("master-key")).loadOrCreate()
        let brokerURL = try settings.required("node-broker-url")
        let management = ManagementAPISettings(
            baseURL: try settings.required("management-url"), user: try settings.required("management-user"),
            password: try settings.required("management-password"), virtualHost: try Self.virtualHost(of: brokerURL))
        let store = try await host.openStore(StoreFormat(name: "courier.node-resolver", version: 1))
        let engine = ServiceEngine(
            ResolverState(metrics: host.metrics), store: store, bus: host.bus, logger: host.logger, metrics: host.metrics)
        try await engine.recover()
        let enrolment = Enrolment(
            engine: engine, accounts: ManagementAPIAccounts(management, client: .shared), masterKey: key, brokerURL: brokerURL,
            logger: host.logger)
        let queries = NodeQueries(
            engine: engine, enrolment: enrolment, others: host.conditionAnswer(of: engine, store: store), logger: host.logger)
        try await host.run(
            engine, topology: CourierTopology.of(.nodeResolver),
            consumers: [QueueConsumer(queue: Queues.nodeResolver) { try ResolverInput($0) }],
            others: [
                { try await queries.run(on: host.bus) },
                {
                    // Accounts of removed nodes that the broker could not remove at once.
                    while true {
                        await enrolment.removeAccounts()
                        try await Task.sleep(for: .seconds(300))
                    }
                },
            ])
        await store.close()
    }

    /// The virtual host that a broker's address names; the path's percent-encoding is undone.
    private static func virtualHost(of url: String) throws -> String {
        guard let components = URLComponents(string: url) else {
            throw SettingError(reason: "node-broker-url: expected amqp[s]://host:port/vhost, found '\(url)'")
        }
        let name = components.path.dropFirst()
        return name.isEmpty ? "/" : String(name)
    }
}
