/// What is to be told the broker about deliveries of one channel.
enum AckFrame: Equatable {
    /// Acknowledges everything up to the tag.
    case upTo(UInt64)
    /// Acknowledges one.
    case one(UInt64)
}

/// Which deliveries of a channel are open, and how few acknowledgements say what was settled.
struct SettlementTracker {
    private enum Slot {
        case open
        case acknowledged
        case done
    }

    private var slots: [Slot] = []
    private var head = 0
    private var firstTag: UInt64 = 1
    private var behindGap: [UInt64] = []

    /// Deliveries that are not settled.
    private(set) var openCount = 0
    private var pending = 0

    /// The channel's next delivery has come.
    mutating func delivered() {
        slots.append(.open)
        openCount += 1
    }

    /// Notes an acknowledgement; false when the tag is not open.
    mutating func acknowledge(_ tag: UInt64) -> Bool {
        guard close(tag, as: .acknowledged) else { return false }
        pending += 1
        behindGap.append(tag)
        return true
    }

    /// Notes that the delivery was given back at once; false when the tag is not open.
    mutating func reject(_ tag: UInt64) -> Bool { close(tag, as: .done) }

    private mutating func close(_ tag: UInt64, as slot: Slot) -> Bool {
        guard tag >= firstTag, tag - firstTag < UInt64(slots.count), slots[Int(tag - firstTag)] == .open else { return false }
        slots[Int(tag - firstTag)] = slot
        openCount -= 1
        return true
    }

    /// The acknowledgements that say everything noted since the last time.
    mutating func flush() -> [AckFrame] {
        guard pending > 0 else {
            advance()
            return []
        }
        var frames: [AckFrame] = []
        if let last = advance() { frames.append(.upTo(last)) }
        let bound = firstTag + UInt64(head)
        for tag in behindGap where tag >= bound {
            slots[Int(tag - firstTag)] = .done
            frames.append(.one(tag))
        }
        behindGap.removeAll(keepingCapacity: true)
        pending = 0
        compact()
        return frames
    }

    /// Passes over what is settled at the beginning; the last tag of it that the broker does not know to be acknowledged.
    @discardableResult
    private mutating func advance() -> UInt64? {
        var last: UInt64?
        while head < slots.count, slots[head] != .open {
            if slots[head] == .acknowledged { last = firstTag + UInt64(head) }
            head += 1
        }
        return last
    }

    private mutating func compact() {
        guard head > 1024, head * 2 > slots.count else { return }
        slots.removeFirst(head)
        firstTag += UInt64(head)
        head = 0
    }
}
