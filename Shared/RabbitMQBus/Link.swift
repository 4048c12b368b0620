import CRabbitMQ
import Glibc
import MessageBus

/// One connection to the broker. It belongs to the thread that made it.
final class Link {
    let connection: amqp_connection_state_t
    let scratch = Scratch()
    let socket: Int32
    private let configuration: RabbitMQConfiguration
    private let socketSwitch: SocketSwitch
    private var assembler = ContentAssembler()

    /// Connects and logs in.
    init(_ configuration: RabbitMQConfiguration, socketSwitch: SocketSwitch) throws(LinkFailure) {
        self.configuration = configuration
        self.socketSwitch = socketSwitch
        guard let connection = amqp_new_connection() else { throw LinkFailure(reason: "no memory for a connection") }
        do throws(LinkFailure) {
            socket = try Self.open(connection, configuration)
            socketSwitch.set(socket)
            try Self.logIn(connection, configuration, scratch)
        } catch {
            socketSwitch.set(nil)
            amqp_destroy_connection(connection)
            throw error
        }
        self.connection = connection
    }

    deinit {
        socketSwitch.set(nil)
        amqp_destroy_connection(connection)
    }

    /// The highest channel number.
    var channelLimit: UInt16 { UInt16(clamping: amqp_get_channel_max(connection)) }

    /// Says goodbye; the connection is of no use afterwards.
    func close() {
        var patience = timeval(Duration.seconds(2))
        amqp_set_rpc_timeout(connection, &patience)
        _ = amqp_connection_close(connection, Int32(AMQP_REPLY_SUCCESS))
    }

    /// The next thing that has arrived; `nil` when nothing has.
    func next() throws(LinkFailure) -> LinkEvent? {
        while true {
            var frame = amqp_frame_t()
            var now = timeval()
            let status = amqp_simple_wait_frame_noblock(connection, &frame, &now)
            if status == AMQP_STATUS_TIMEOUT.rawValue {
                amqp_maybe_release_buffers(connection)
                return nil
            }
            guard status == AMQP_STATUS_OK.rawValue else { throw Self.failure(status, "reading") }
            if let event = try handle(frame) { return event }
        }
    }

    private func handle(_ frame: amqp_frame_t) throws(LinkFailure) -> LinkEvent? {
        let channel = frame.channel
        guard frame.frame_type == UInt8(AMQP_FRAME_METHOD) else {
            let event = assembler.add(frame)
            if event != nil { amqp_maybe_release_buffers_on_channel(connection, channel) }
            return event
        }
        let method = frame.payload.method
        if let event = assembler.begin(method, channel: channel) { return event }
        guard let decoded = method.decoded else { return nil }
        switch method.id {
        case AMQP_CHANNEL_CLOSE_METHOD:
            let refusal = ChannelRefusal(decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee)
            assembler.forget(channel)
            try confirmChannelClose(channel)
            return .channelClosed(channel: channel, refusal)
        case AMQP_CONNECTION_CLOSE_METHOD:
            throw closedByBroker(decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee)
        case AMQP_CONNECTION_BLOCKED_METHOD:
            return .blocked(reason: String(decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self).pointee.reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD: return .unblocked
        default: return nil
        }
    }

    // MARK: Operations with an answer

    /// Checks the answer to the operation just done on `channel`.
    func check(_ channel: UInt16, _ doing: StaticString) throws(OperationFailure) {
        let reply = amqp_get_rpc_reply(connection)
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: throw .link(Self.failure(reply.library_error, doing))
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            guard let decoded = reply.reply.decoded else { break }
            if reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD {
                throw .link(closedByBroker(decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee))
            }
            let refusal = ChannelRefusal(decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee)
            assembler.forget(channel)
            do throws(LinkFailure) { try confirmChannelClose(channel) } catch { throw .link(error) }
            throw .channel(refusal)
        default: break
        }
        throw .link(LinkFailure(reason: "the broker closed the connection while \(doing)"))
    }

    /// Opens `channel`.
    func openChannel(_ channel: UInt16) throws(OperationFailure) {
        amqp_channel_open(connection, channel)
        try check(channel, "opening a channel")
    }

    /// Closes `channel`; what still comes for it is passed over.
    func closeChannel(_ channel: UInt16) throws(LinkFailure) {
        let reply = amqp_channel_close(connection, channel, Int32(AMQP_REPLY_SUCCESS))
        assembler.forget(channel)
        if reply.reply_type == AMQP_RESPONSE_NORMAL { return }
        do throws(OperationFailure) { try check(channel, "closing a channel") } catch {
            if case .link(let failure) = error { throw failure }
        }
    }

    /// Checks the status of a method that has no answer.
    func sent(_ status: Int32, _ doing: StaticString) throws(LinkFailure) {
        if status != AMQP_STATUS_OK.rawValue { throw Self.failure(status, doing) }
    }

    private func confirmChannelClose(_ channel: UInt16) throws(LinkFailure) {
        var method = amqp_channel_close_ok_t()
        try sent(amqp_send_method(connection, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &method), "closing a channel")
    }

    private func closedByBroker(_ method: amqp_connection_close_t) -> LinkFailure {
        var answer = amqp_connection_close_ok_t()
        _ = amqp_send_method(connection, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &answer)
        return LinkFailure(reason: "the broker closed the connection: \(method.reply_code) \(String(method.reply_text))")
    }

    static func failure(_ status: Int32, _ doing: StaticString) -> LinkFailure {
        LinkFailure(reason: "\(doing): \(String(cString: amqp_error_string2(status)))")
    }
}

extension ChannelRefusal {
    init(_ method: amqp_channel_close_t) {
        self.init(code: method.reply_code, text: String(method.reply_text))
    }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
