import FoundationEssentials
import Glibc

/// The directory and the settings of a private broker.
struct BrokerFiles: Sendable {
    let directory: String
    let port: Int
    let managementPort: Int
    let distributionPort: Int
    let epmdPort: Int
    /// Takes TLS connections with the certificate `tls/certificate.pem`; `nil` without TLS.
    let tlsPort: Int?

    init(usesTLS: Bool) throws {
        let ports = try LoopbackPort.free(5)
        (port, managementPort, distributionPort, epmdPort) = (ports[0], ports[1], ports[2], ports[3])
        var template = Array("/tmp/courier-broker-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestSupportError("no temporary directory: \(String(cString: strerror(errno)))") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for name in ["home", "data", "log", "plugins"] {
            try FileManager.default.createDirectory(atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
        }
        tlsPort = usesTLS ? ports[4] : nil
        let settings = """
            listeners.tcp.1 = 127.0.0.1:\(port)
            management.tcp.ip = 127.0.0.1
            management.tcp.port = \(managementPort)
            total_memory_available_override_value = 2GB
            disk_free_limit.absolute = 50MB
            log.file.level = info

            """
        let tls = try usesTLS ? Self.makeTLS(in: directory, port: ports[4]) : ""
        try Data((settings + tls).utf8).write(to: URL(filePath: "\(directory)/rabbitmq.conf"))
        try Data("[rabbitmq_management].\n".utf8).write(to: URL(filePath: "\(directory)/enabled_plugins"))
    }

    /// Makes a certificate that is its own authority, and returns the settings that use it.
    private static func makeTLS(in directory: String, port: Int) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(directory)/tls", withIntermediateDirectories: true)
        let openSSL = try ChildProcess(
            [
                "/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost", "-keyout", "\(directory)/tls/key.pem", "-out", "\(directory)/tls/certificate.pem",
            ], environment: ["PATH": "/usr/bin:/bin"], output: "\(directory)/tls/output")
        guard openSSL.exitCode(within: .seconds(60)) == 0 else { throw TestSupportError("openssl made no certificate") }
        return """
            listeners.ssl.1 = 127.0.0.1:\(port)
            ssl_options.cacertfile = \(directory)/tls/certificate.pem
            ssl_options.certfile = \(directory)/tls/certificate.pem
            ssl_options.keyfile = \(directory)/tls/key.pem
            ssl_options.verify = verify_none

            """
    }

    /// The broker's environment, and nothing of ours.
    var environment: [String: String] {
        [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": "\(directory)/home",
            "RABBITMQ_NODENAME": nodeName,
            "RABBITMQ_MNESIA_BASE": "\(directory)/data",
            "RABBITMQ_LOG_BASE": "\(directory)/log",
            "RABBITMQ_PLUGINS_EXPAND_DIR": "\(directory)/plugins",
            "RABBITMQ_GENERATED_CONFIG_DIR": "\(directory)/home",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "\(directory)/enabled_plugins",
            "RABBITMQ_CONFIG_FILE": "\(directory)/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": "\(directory)/advanced.config",
            "RABBITMQ_CONF_ENV_FILE": "\(directory)/rabbitmq-env.conf",
            "RABBITMQ_PID_FILE": "\(directory)/pid",
            "RABBITMQ_DIST_PORT": "\(distributionPort)",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": "\(epmdPort)",
            "ERL_CRASH_DUMP": "/dev/null",
        ]
    }

    /// The end of one of the files, for error messages.
    func lastText(of file: String) -> String {
        guard let data = FileManager.default.contents(atPath: "\(directory)/\(file)") else { return "no output" }
        return String(decoding: data.suffix(2000), as: UTF8.self)
    }

    /// What the broker has on disk about which quorum queues there are, as text with much that is none.
    func registerOfQuorumQueues() -> String {
        let file = "\(directory)/data/\(nodeName)/quorum/\(nodeName)/names.dets"
        return String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    private var nodeName: String { "courier-test-\(port)@localhost" }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }
}
