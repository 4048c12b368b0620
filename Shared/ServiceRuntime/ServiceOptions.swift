public import ArgumentParser
import FoundationEssentials

/// The flags that every service has.
public struct ServiceOptions: ParsableArguments {
    @Option(help: "A JSON file of settings, named as the flags are. (COURIER_CONFIG; default: none)")
    var config: String?

    @Option(help: "The directory of the service's store. (COURIER_DATA; required)")
    var data: String?

    @Option(
        help:
            "The broker: amqp[s]://user:password@host:port/vhost. Better in the file than on the command line. (COURIER_BROKER_URL; required)"
    )
    var brokerUrl: String?

    @Option(help: "PEM file of the authority that signs the broker's certificate. (COURIER_BROKER_CA; default: the system's)")
    var brokerCa: String?

    @Option(help: "Address of /live, /ready and /metrics. (COURIER_HEALTH_HOST; default: 127.0.0.1)")
    var healthHost: String?

    @Option(help: "Port of /live, /ready and /metrics; 0: none. (COURIER_HEALTH_PORT; default: 0)")
    var healthPort: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical. (COURIER_LOG_LEVEL; default: info)")
    var logLevel: String?

    @Option(help: "text or json. (COURIER_LOG_FORMAT; default: text)")
    var logFormat: String?

    @Option(help: "Seconds a stop may take. (COURIER_STOP_SECONDS; default: 10)")
    var stopSeconds: String?

    /// No flags.
    public init() {}

    private static let names = [
        "data", "broker-url", "broker-ca", "health-host", "health-port", "log-level", "log-format", "stop-seconds",
    ]

    /// The settings that these flags, `extra` ones of the service, the environment and the configuration file give.
    ///
    /// - Throws: ``SettingError``.
    public func settings(_ extra: [String: String?] = [:]) throws -> Settings {
        let environment = ProcessInfo.processInfo.environment
        var flags: [String: String] = [:]
        let own = [data, brokerUrl, brokerCa, healthHost, healthPort, logLevel, logFormat, stopSeconds]
        for (name, value) in zip(Self.names, own) { flags[name] = value }
        for (name, value) in extra { flags[name] = value }
        return try Settings(
            flags: flags, environment: environment, file: config ?? environment["COURIER_CONFIG"], known: Self.names + extra.keys)
    }
}
