import CRabbitMQ
import Glibc
import MessageBus

extension Link {
    /// Opens the socket, with TLS if it is wanted.
    static func open(_ connection: amqp_connection_state_t, _ configuration: RabbitMQConfiguration) throws(LinkFailure) -> Int32 {
        var patience = timeval(configuration.connectTimeout)
        amqp_set_handshake_timeout(connection, &patience)
        let created = configuration.usesTLS ? amqp_ssl_socket_new(connection) : amqp_tcp_socket_new(connection)
        guard let created else { throw LinkFailure(reason: "no socket for \(configuration)") }
        if configuration.usesTLS { try secure(created, configuration) }
        let status = amqp_socket_open_noblock(created, configuration.host, Int32(configuration.port), &patience)
        guard status == AMQP_STATUS_OK.rawValue else { throw failure(status, "connecting") }
        return amqp_get_sockfd(connection)
    }

    private static func secure(_ socket: OpaquePointer, _ configuration: RabbitMQConfiguration) throws(LinkFailure) {
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        let file = configuration.certificateAuthorityFile ?? "/etc/ssl/certs/ca-certificates.crt"
        guard amqp_ssl_socket_set_cacert(socket, file) == AMQP_STATUS_OK.rawValue else {
            throw LinkFailure(reason: "the certificates in \(file) cannot be read; expected a PEM file")
        }
    }

    /// Logs in with what this client can do; without these capabilities a deleted queue or a blocked broker goes unnoticed.
    static func logIn(
        _ connection: amqp_connection_state_t, _ configuration: RabbitMQConfiguration, _ scratch: Scratch
    ) throws(LinkFailure) {
        scratch.reset()
        let capabilities = [
            "authentication_failure_close", "basic.nack", "connection.blocked", "consumer_cancel_notify", "publisher_confirms",
        ].map { (name: $0, value: courier_field_bool(1)) }
        guard let can = scratch.table(capabilities), let name = scratch.bytes(configuration.connectionName),
            var properties = scratch.table([
                (name: "capabilities", value: courier_field_table(can)), (name: "connection_name", value: courier_field_string(name)),
            ])
        else { throw LinkFailure(reason: "the connection's name is too long", isRefusal: true) }
        let heartbeat = Int32(clamping: max(1, configuration.heartbeat.components.seconds))
        let reply = courier_amqp_login(
            connection, configuration.virtualHost, 0, AMQP_DEFAULT_FRAME_SIZE, heartbeat, &properties, configuration.user,
            configuration.password)
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: break
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: throw failure(reply.library_error, "logging in")
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw refusal(reply.reply)
        default: throw LinkFailure(reason: "the broker closed the connection during the login")
        }
        var patience = timeval(configuration.operationTimeout)
        amqp_set_rpc_timeout(connection, &patience)
    }

    private static func refusal(_ method: amqp_method_t) -> LinkFailure {
        guard method.id == AMQP_CONNECTION_CLOSE_METHOD, let decoded = method.decoded else {
            return LinkFailure(reason: "the broker refused the login")
        }
        let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
        // 403: credentials; 530: virtual host. Anything else may pass, as when the broker is just starting.
        return LinkFailure(reason: "\(close.reply_code) \(String(close.reply_text))", isRefusal: [403, 530].contains(close.reply_code))
    }
}
