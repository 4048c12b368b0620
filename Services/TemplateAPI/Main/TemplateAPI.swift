import ArgumentParser
import FoundationEssentials
import Hummingbird
import JSON
import JSONStore
import Logging
import Messages
import ServiceKit
import ServiceRuntime
import TemplateAPICore

/// The HTTP API: takes job templates, answers for jobs, instances, runs and nodes.
@main
struct TemplateAPI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template-api", abstract: "The HTTP API of Courier.",
        discussion: "At the first start an admin token is made: printed once, or written to --admin-token-file.")

    @OptionGroup var options: ServiceOptions

    @Option(help: "Address to listen on. (COURIER_HOST; default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port to listen on. (COURIER_PORT; default: 8080)")
    var port: String?

    @Option(help: "File with the admin token; made with mode 0600 when it is missing. (COURIER_ADMIN_TOKEN_FILE; default: printed once)")
    var adminTokenFile: String?

    @Option(help: "The control plane's key file: sensitive inputs are sealed with it. (COURIER_MASTER_KEY; default: they are not)")
    var masterKey: String?

    func run() async throws {
        let settings = try options.settings(["host": host, "port": port, "admin-token-file": adminTokenFile, "master-key": masterKey])
        let host = try ServiceHost(.templateAPI, settings: settings)
        let address = settings.text("host") ?? "127.0.0.1"
        let port = try settings.integer("port", in: 1...65_535, default: 8080)
        let store = try await host.openStore(StoreFormat(name: "courier.template-api", version: 1))
        let engine = ServiceEngine(APIState(), store: store, bus: host.bus, logger: host.logger, metrics: host.metrics)
        try await engine.recover()
        try await makeAdminToken(engine, file: settings.text("admin-token-file"))
        let sealer = try settings.text("master-key").map { TemplateSealer(try MasterKeyFile(path: $0).load()) }
        if sealer == nil { host.logger.warning("Sensitive inputs of templates are not sealed: there is no master-key") }
        let streams = EventStreams()
        let condition = host.condition(of: engine, store: store)
        let router = APIRouter(
            engine: engine, bus: host.bus, logger: host.logger, metrics: host.metrics, sealer: sealer,
            condition: { await condition().encoded() },
            streams: streams
        ).router()
        var quiet = host.logger
        // Hummingbird calls it an error when it is cancelled.
        quiet.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname(address, port: port), serverName: "courier"), logger: quiet)
        try await host.run(
            engine, topology: CourierTopology.of(.templateAPI), consumers: [APIQueue.consumer()],
            always: [{ try await listening(on: address, port: port, setting: "port") { try await application.run() } }],
            beforeStop: { await streams.stop() })
        await store.close()
    }

    private func makeAdminToken(_ engine: ServiceEngine<APIState>, file: String?) async throws {
        let token = APIToken.draw()
        // The file comes first: a token that is stored and shown to nobody would lock everyone out.
        guard let file else {
            if try await AdminToken.createFirst(token, in: engine) { print("Admin token (shown this once): \(token)") }
            return
        }
        if let known = FileManager.default.contents(atPath: file) {
            let text = String(String(decoding: known, as: UTF8.self).filter { !$0.isWhitespace })
            guard text.utf8.count >= 20 else {
                throw SettingError(reason: "\(file): expected an admin token of at least 20 characters; remove the file to have one made")
            }
            return try await AdminToken.register(text, in: engine)
        }
        let made = FileManager.default.createFile(atPath: file, contents: Data((token + "\n").utf8), attributes: [.posixPermissions: 0o600])
        guard made else { throw SettingError(reason: "\(file): the admin token cannot be written there") }
        try await AdminToken.register(token, in: engine)
    }
}
