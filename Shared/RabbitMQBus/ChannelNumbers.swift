import CRabbitMQ

/// Numbers for channels. They go round, so that what still comes for a closed channel meets no new one.
struct ChannelNumbers {
    private let reserved: UInt16
    private var last: UInt16

    /// Numbers above `reserved`.
    init(after reserved: UInt16) {
        self.reserved = reserved
        last = reserved
    }

    /// The next number up to `limit` that is not taken; `nil` when all are.
    mutating func next(upTo limit: UInt16, isTaken: (UInt16) -> Bool) -> UInt16? {
        guard limit > reserved else { return nil }
        for _ in reserved..<limit {
            last = last >= limit ? reserved + 1 : last + 1
            if !isTaken(last) { return last }
        }
        return nil
    }
}

extension Link {
    /// Opens `channel` and consumes `queues` on it, with at most `prefetch` deliveries of each open.
    func consume(_ queues: [String], prefetch: Int, on channel: UInt16) throws(OperationFailure) {
        for queue in queues where queue.utf8.count > 255 {
            throw .channel(ChannelRefusal(code: 0, text: "a queue's name may have 255 bytes"))
        }
        try openChannel(channel)
        amqp_basic_qos(connection, channel, 0, UInt16(clamping: max(1, prefetch)), 0)
        try check(channel, "limiting what is delivered")
        for queue in queues {
            scratch.reset()
            guard let name = scratch.bytes(queue) else { throw .link(LinkFailure(reason: "no room for a queue's name")) }
            amqp_basic_consume(connection, channel, name, amqp_empty_bytes, 0, 0, 0, amqp_empty_table)
            try check(channel, "consuming")
        }
    }
}
