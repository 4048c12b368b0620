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
        discussion: """
            The first start needs --server and an enrolment token; what it is given is kept in the data directory.
            With --zero it runs one template's steps here and now, without a server, and ends: 0 success, 1 failure, 2 invalid template.
            """)

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

    @Option(
        help: "How many MiB of reports are kept while there is no broker, before output is left out. (COURIER_SPOOL_LIMIT; default: 64)")
    var spoolLimit: String?

    @Option(
        help:
            "Directories of *-interpreter executables, separated by colons. (COURIER_INTERPRETERS; default: \(InterpreterDiscovery.defaultDirectories))"
    )
    var interpreters: String?

    @Option(help: "PATH of steps, in which adapters look for their tools too. (COURIER_STEP_PATH; default: \(RunnerOptions().path))")
    var stepPath: String?

    @OptionGroup(title: "Without a server") var local: ZeroOptions

    func run() async throws {
        Memory.shareHeaps()
        if local.zero { throw ExitCode(await local.run(interpreters: interpreters, stepPath: stepPath).rawValue) }
        let settings = try options.settings([
            "server": server, "enrolment-token-file": enrolmentTokenFile, "enrolment-token": enrolmentToken, "hostname": hostname,
            "max-concurrent-runs": maxConcurrentRuns, "spool-limit": spoolLimit,
            "interpreters": interpreters, "step-path": stepPath,
        ])
        let directory = try settings.required("data")
        let logger = try ServiceHost.logger(.runner, settings: settings)
        let node = try await identity(in: directory, settings: settings, logger: logger)
        let host = try ServiceHost(.runner, settings: settings, brokerURL: Self.brokerURL(of: node))
        let store = try await host.openStore(StoreFormat(name: "courier.runner", version: 1))
        var runner = RunnerOptions()
        runner.hostname = settings.text("hostname")
        runner.path = settings.text("step-path") ?? runner.path
        runner.maxConcurrentRuns = try settings.integer("max-concurrent-runs", in: 1...1000, default: 1)
        runner.spool.limit = try settings.integer("spool-limit", in: 1...4096, default: Spool.defaultLimit >> 20) << 20
        let interpreters = try await InterpreterRegistry.ofThisMachine(
            directories: settings.text("interpreters"), path: runner.path,
            complain: { logger.warning("An interpreter is not used", metadata: ["reason": "\($0)"]) }
        )
        let service = try RunnerService(
            node: node, store: store, bus: host.bus, interpreters: interpreters,
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
