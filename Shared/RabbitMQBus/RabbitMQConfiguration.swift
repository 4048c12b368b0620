public import MessageBus

/// Where the broker is, who asks, and how patient the bus is. Its description never contains the password.
public struct RabbitMQConfiguration: Sendable, CustomStringConvertible, CustomReflectable {
    /// Name or address of the broker.
    public var host: String
    /// Its port, 1...65535.
    public var port: Int
    /// Whether TLS is spoken; the broker's certificate and name are always verified.
    public var usesTLS: Bool
    /// The virtual host.
    public var virtualHost: String
    /// The user.
    public var user: String
    /// The user's password.
    var password: String
    /// What the broker's management shows this client as.
    public var connectionName: String
    /// A file of PEM certificates that sign the broker's; `nil` stands for the system's.
    public var certificateAuthorityFile: String?
    /// A peer that is silent for twice as long is given up; whole seconds, at least 1.
    public var heartbeat: Duration = .seconds(15)
    /// For connecting, and for the handshake.
    public var connectTimeout: Duration = .seconds(10)
    /// For everything the broker is asked to do; a broker that does not answer is taken for lost.
    public var operationTimeout: Duration = .seconds(30)
    /// What is not confirmed by then has failed, and the channel is made anew: a quorum queue without a leader drops what it is sent, and
    /// does not confirm it afterwards either.
    public var confirmTimeout: Duration = .seconds(30)
    /// How long closing waits for what is being published and acknowledged.
    public var closeTimeout: Duration = .seconds(5)
    /// At most so many messages are published and not yet confirmed.
    public var maximumInFlight = 2048
    /// At most so many bytes of bodies are published and not yet confirmed; one message may exceed it.
    public var maximumBytesInFlight = 4 << 20
    /// The pause before the first attempt to connect again; it doubles, with jitter.
    public var minimumBackoff: Duration = .milliseconds(50)
    /// The longest pause between two attempts to connect.
    public var maximumBackoff: Duration = .seconds(5)
    /// The user may publish as others (the broker's `impersonator` tag).
    public var impersonates = false

    /// A configuration of `amqp[s]://[user[:password]@]host[:port][/virtual-host]`; every part may be percent-encoded.
    ///
    /// The user is `guest` with password `guest` when none is given, the port 5672 or 5671, the virtual host `/`.
    ///
    /// - Throws: ``BusError`` with the code `configuration` that says which part is wrong and repeats none that is secret.
    public init(url: String, connectionName: String) throws(BusError) {
        let parts = try BrokerAddress(url)
        host = parts.host
        port = parts.port
        usesTLS = parts.usesTLS
        virtualHost = parts.virtualHost
        user = parts.user
        password = parts.password
        self.connectionName = connectionName
    }

    /// The address without user and password.
    public var description: String { "\(usesTLS ? "amqps" : "amqp")://\(host):\(port)" }

    /// Shows the description only.
    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
