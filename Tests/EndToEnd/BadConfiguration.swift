import Testing

/// What a service is told wrongly, and what it says to that. `DIR` stands for the test's directory.
struct BadConfiguration: Sendable, CustomTestStringConvertible {
    var what: String
    var executable: String
    var configuration: String?
    var arguments: [String] = []
    var environment: [String: String] = [:]
    var files: [String: String] = [:]
    var says: [String]

    var testDescription: String { what }

    init(
        _ what: String, of executable: String = "scheduler", _ configuration: String?, arguments: [String] = [],
        environment: [String: String] = [:], files: [String: String] = [:], says: String...
    ) {
        (self.what, self.executable, self.configuration, self.arguments) = (what, executable, configuration, arguments)
        (self.environment, self.files, self.says) = (environment, files, says)
    }

    /// What every service needs, and `more`.
    private static func usual(_ more: String = "") -> String {
        #"{"data": "DIR/data", "broker-url": "amqp://127.0.0.1:1/"\#(more)}"#
    }

    private static let resolver = #", "management-url": "http://127.0.0.1:1", "management-user": "u", "management-password": "p""#

    static let all: [BadConfiguration] = [
        BadConfiguration(
            "an unknown key", usual(", \n\"colour\": \"red\""), says: "DIR/config.json:2", "'colour' is no setting", "broker-url"),
        BadConfiguration("no JSON", "data: DIR/data", says: "DIR/config.json", "expected"),
        BadConfiguration("an array", "[]", says: "DIR/config.json: expected one JSON object"),
        BadConfiguration("an empty file", "", says: "DIR/config.json", "expected"),
        BadConfiguration("a key twice", usual(#", "data": "DIR/other""#), says: "DIR/config.json", "data"),
        BadConfiguration("an object as a value", usual(#", "log-level": {"is": "info"}"#), says: "'log-level': expected a text"),
        BadConfiguration(
            "no file", nil, arguments: ["--config", "DIR/none.json"], says: "DIR/none.json: the configuration file cannot be read"),
        BadConfiguration("no broker", #"{"data": "DIR/data"}"#, says: "broker-url is not set", "COURIER_BROKER_URL"),
        BadConfiguration("no data directory", #"{"broker-url": "amqp://127.0.0.1/"}"#, says: "data is not set"),
        BadConfiguration(
            "a broker of another protocol", #"{"data": "DIR/data", "broker-url": "http://127.0.0.1/"}"#, says: "amqp"),
        BadConfiguration(
            "a broker with an impossible port", #"{"data": "DIR/data", "broker-url": "amqp://127.0.0.1:70000/"}"#, says: "70000"),
        BadConfiguration("a port out of range", usual(#", "health-port": 70000"#), says: "/health-port", "0 to 65535", "70000"),
        BadConfiguration("a port that is a fraction", usual(#", "health-port": 80.5"#), says: "/health-port", "80.5"),
        BadConfiguration("a port that is no number", of: "template-api", usual(#", "port": "http""#), says: "/port", "'http'"),
        BadConfiguration("port 0", of: "template-api", usual(#", "port": 0"#), says: "/port", "1 to 65535"),
        BadConfiguration("a time before now", usual(#", "stop-seconds": -1"#), says: "/stop-seconds", "'-1'"),
        BadConfiguration("an unknown level", usual(#", "log-level": "loud""#), says: "/log-level", "warning", "'loud'"),
        BadConfiguration("an unknown format", usual(#", "log-format": "xml""#), says: "/log-format", "text, json"),
        BadConfiguration(
            "an environment that is wrong", usual(), environment: ["COURIER_LOG_LEVEL": "loud"], says: "COURIER_LOG_LEVEL", "'loud'"),
        BadConfiguration("a flag that is wrong", usual(), arguments: ["--health-port", "x"], says: "--health-port", "'x'"),
        BadConfiguration("an unknown flag", usual(), arguments: ["--colour", "red"], says: "--colour"),
        BadConfiguration(
            "a data directory that is a file", #"{"data": "DIR/file", "broker-url": "amqp://127.0.0.1:1/"}"#, files: ["file": ""],
            says: "DIR/file"),
        BadConfiguration("a worker without a key file", of: "orchestrator-worker", usual(), says: "master-key is not set"),
        BadConfiguration(
            "a key file that is none", of: "orchestrator-worker", usual(#", "master-key": "DIR/key""#), files: ["key": "secret"],
            says: "DIR/key"),
        BadConfiguration(
            "a resolver without management", of: "node-resolver",
            usual(#", "master-key": "DIR/key", "node-broker-url": "amqp://127.0.0.1/""#), says: "management-url is not set"),
        BadConfiguration(
            "a resolver without the nodes' address", of: "node-resolver", usual(#", "master-key": "DIR/key""# + resolver),
            says: "node-broker-url is not set"),
        BadConfiguration(
            "a runner without a token", of: "runner", #"{"data": "DIR/data", "server": "http://127.0.0.1:1"}"#, says: "enrolment-token"),
        BadConfiguration(
            "a runner whose token file is missing", of: "runner",
            #"{"data": "DIR/data", "server": "http://127.0.0.1:1", "enrolment-token-file": "DIR/none"}"#,
            says: "DIR/none: the enrolment token cannot be read"),
        BadConfiguration(
            "a runner without a server", of: "runner", #"{"data": "DIR/data", "enrolment-token": "x"}"#, says: "server is not set"),
        BadConfiguration(
            "a runner with a server that is none", of: "runner", #"{"data": "DIR/data", "enrolment-token": "x", "server": "here"}"#,
            says: "here"),
    ]
}
