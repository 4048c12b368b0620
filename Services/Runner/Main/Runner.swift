import ArgumentParser
import Foundation
import FoundationEssentials
import JSONStore
import Logging
import MessageBus
import Messages
import RunnerCore
import ServiceKit
import ServiceRuntime

/// Runs steps on this machine, as one node.
@main
struct Runner: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runner", abstract: "Runs job steps on this machine and reports what happened.",
        discussion: "The first start needs --server and an enrolment token; what it is given is kept in the data directory.")

    @OptionGroup var options: ServiceOptions

    @Option(help: "The API's address, for enrolment. (COURIER_SERVER; required at the first start)")
    var server: String?

    @Option(help: "File with the enrolment token. (COURIER_ENROLMENT_TOKEN_FILE; or COURIER_ENROLMENT_TOKEN, the token itself)")
    var enrolmentTokenFile: String?

    @Option(help: "The token itself; better in a file. (COURIER_ENROLMENT_TOKEN)")
    var enrolmentToken: String?

    @Option(help: "The node's name. (COURIER_HOSTNAME; default: the machine's)")
    var hostname: String?

    @Option(help: "How many runs may be under way at once. (COURIER_MAX_CONCURRENT_RUNS; default: 1)")
    var maxConcurrentRuns: String?

    func run() async throws {
        let settings = try options.settings([
            "server": server, "enrolment-token-file": enrolmentTokenFile, "enrolment-token": enrolmentToken, "hostname": hostname,
            "max-concurrent-runs": maxConcurrentRuns,
        ])
        let directory = try settings.required("data")
        let logger = try ServiceHost.logger(.runner, settings: settings)
        let node = try await identity(in: directory, settings: settings, logger: logger)
        let host = try ServiceHost(.runner, settings: settings, brokerURL: Self.brokerURL(of: node))
        let store = try await host.openStore(StoreFormat(name: "courier.runner", version: 1))
        var runner = RunnerOptions()
        runner.hostname = settings.text("hostname")
        runner.maxConcurrentRuns = try settings.integer("max-concurrent-runs", in: 1...1000, default: 1)
        let service = try RunnerService(
            node: node, store: store, bus: host.bus,
            interpreters: InterpreterRegistry([ShellInterpreter(host: try ProcessHost(ownsEveryChild: true))]),
            logger: host.logger, metrics: host.metrics, options: runner)
        let ended = StopSignal()
        let seconds = Int(runner.stopDeadline.components.seconds) + 10
        try await host.run(
            stopSeconds: seconds, unsent: { await service.unconfirmedReports },
            beforeStop: {
                service.stop()
                await ended.wait()
            }
        ) {
            defer { ended.give() }
            try await service.run { host.isReady() }
        }
        await store.close()
    }

    private func identity(in directory: String, settings: Settings, logger: Logger) async throws -> EnrolledNode {
        let file = RunnerIdentity(directory: directory)
        if let known = try file.load() { return known }
        let token: String
        if let path = settings.text("enrolment-token-file") {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw SettingError(reason: "\(path): the enrolment token cannot be read")
            }
            token = String(String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace })
        } else {
            token = try settings.required("enrolment-token")
        }
        let attributes = await MachineFacts.current()
        let request = NodeEnrol(
            token: token, machineID: MachineID.of(directory: directory),
            hostname: settings.text("hostname") ?? attributes["hostname"] ?? "unnamed", attributes: attributes)
        let node = try await Enrolment(url: try settings.required("server"), logger: logger).enrol(request)
        try file.save(node)
        logger.info("Enrolled", metadata: ["node": "\(node.nodeID)"])
        return node
    }

    /// The broker's address with the node's own account in it.
    private static func brokerURL(of node: EnrolledNode) throws -> String {
        guard let separator = node.brokerURL.range(of: "://") else {
            throw SettingError(reason: "the identity's brokerUrl '\(node.brokerURL)' is no amqp:// address; enrol this machine again")
        }
        let scheme = node.brokerURL[..<separator.upperBound]
        return "\(scheme)\(node.user):\(node.password)@\(node.brokerURL[separator.upperBound...])"
    }
}
