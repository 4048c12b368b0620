/// What is kept of one output stream: all of it up to a cap, else its head and its tail.
///
/// Memory never exceeds the cap, whatever is written. Bytes are counted exactly, kept or not.
public struct OutputCapture: Sendable {
    /// A stretch of the stream.
    public struct Piece: Sendable, Hashable {
        /// Bytes of the stream before it.
        public var offset: Int
        /// Its bytes.
        public var bytes: [UInt8]

        /// A stretch that starts at `offset`.
        public init(offset: Int, bytes: [UInt8]) {
            self.offset = offset
            self.bytes = bytes
        }
    }

    /// The cap that is used unless another is asked for: 1 MiB.
    public static let defaultCap = 1 << 20

    private let headCap: Int
    private let tailCap: Int
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    /// Where the oldest byte of a full `tail` stands.
    private var tailStart = 0
    private var takenOfHead = 0
    private var everythingTaken = false
    /// The number of bytes that were written to the stream.
    public private(set) var total = 0

    /// Keeps at most `cap` bytes, half of them from the start and half from the end.
    public init(cap: Int = defaultCap) {
        headCap = max(cap, 0) / 2
        tailCap = max(cap, 0) - headCap
    }

    /// Adds what was written.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        total += bytes.count
        let forHead = min(headCap - head.count, bytes.count)
        head.append(contentsOf: bytes[..<forHead])
        let rest = UnsafeRawBufferPointer(rebasing: bytes[forHead...].suffix(tailCap))
        guard !rest.isEmpty else { return }
        appendToTail(rest)
    }

    /// Adds what was written.
    public mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// The number of bytes between head and tail that were not kept.
    public var leftOut: Int {
        total - head.count - tail.count
    }

    /// Everything that was written; `nil` when not everything was kept.
    public var complete: [UInt8]? {
        leftOut == 0 ? head + orderedTail : nil
    }

    /// What was kept, for a reader: between head and tail a line that says how many bytes are missing.
    public var readable: [UInt8] {
        if let complete { return complete }
        let (head, tail) = trimmedEnds()
        let missing = total - head.count - tail.count
        return head + Array("\n[… \(missing) bytes left out …]\n".utf8) + tail
    }

    /// The pieces that were not taken before, each at most `limit` bytes long. A text is cut between characters.
    ///
    /// - Parameters:
    ///   - isOver: nothing more will be written. Until then only the head is handed out, because the tail still moves.
    ///   - limit: the length of the longest piece, at least 4.
    public mutating func takePieces(isOver: Bool, limit: Int) -> [Piece] {
        guard isOver else { return takeSettledPieces(hiding: SecretMask(), limit: limit) }
        guard !everythingTaken else { return [] }
        everythingTaken = true
        let start = takenOfHead
        guard leftOut > 0 else { return Self.cut(Array(head[start...]) + orderedTail, offset: start, limit: limit) }
        let (head, tail) = trimmedEnds()
        return Self.cut(Array(head[min(start, head.count)...]), offset: start, limit: limit)
            + Self.cut(tail, offset: total - tail.count, limit: limit)
    }

    /// The pieces that were not taken before and can be shown while more is being written: without what may be the beginning of a secret, and with
    /// whole secrets overwritten in what is handed out, not in what is kept.
    mutating func takeSettledPieces(hiding secrets: SecretMask, limit: Int) -> [Piece] {
        guard !everythingTaken else { return [] }
        let start = takenOfHead
        var rest = Array(head[start...])
        rest.removeLast(UTF8Boundary.incompleteSuffix(of: rest))
        rest.removeLast(rest.count - secrets.settledCount(of: rest))
        secrets.mask(&rest, rest.indices)
        takenOfHead = start + rest.count
        return Self.cut(rest, offset: start, limit: limit)
    }

    /// Overwrites every occurrence of `secrets` in what is kept, byte for byte, so that nothing moves, and what may be a part of one that the gap
    /// between head and tail has cut.
    mutating func mask(_ secrets: SecretMask) {
        guard !secrets.isEmpty else { return }
        var kept = head + orderedTail
        let boundary = head.count
        let areas = leftOut == 0 ? [0..<kept.count] : [0..<boundary, boundary..<kept.count]
        for area in areas { secrets.mask(&kept, area) }
        if leftOut > 0 { secrets.maskParts(&kept, besideGapAt: boundary) }
        head = Array(kept[..<boundary])
        tail = Array(kept[boundary...])
        tailStart = 0
    }

    private var orderedTail: [UInt8] {
        Array(tail[tailStart...] + tail[..<tailStart])
    }

    /// Head and tail without the halves of characters that the gap cut through.
    private func trimmedEnds() -> (head: [UInt8], tail: [UInt8]) {
        var head = head
        head.removeLast(UTF8Boundary.incompleteSuffix(of: head))
        var tail = orderedTail
        tail.removeFirst(UTF8Boundary.strayPrefix(of: tail))
        return (head, tail)
    }

    private mutating func appendToTail(_ bytes: UnsafeRawBufferPointer) {
        let room = tailCap - tail.count
        let growing = min(room, bytes.count)
        tail.append(contentsOf: bytes[..<growing])
        var rest = UnsafeRawBufferPointer(rebasing: bytes[growing...])
        while !rest.isEmpty {
            let count = min(tailCap - tailStart, rest.count)
            tail.withUnsafeMutableBytes { target in
                UnsafeMutableRawBufferPointer(rebasing: target[tailStart..<tailStart + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            }
            tailStart = (tailStart + count) % tailCap
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private static func cut(_ bytes: [UInt8], offset: Int, limit: Int) -> [Piece] {
        var pieces: [Piece] = []
        var start = 0
        while start < bytes.count {
            var end = min(start + limit, bytes.count)
            if end < bytes.count {
                end -= UTF8Boundary.incompleteSuffix(of: bytes[start..<end])
            }
            pieces.append(Piece(offset: offset + start, bytes: Array(bytes[start..<end])))
            start = end
        }
        return pieces
    }
}

/// Where a text may be cut.
enum UTF8Boundary {
    /// How many bytes at the end of `bytes` begin a character without completing it; 0 when the end is not that of a text.
    static func incompleteSuffix(of bytes: some BidirectionalCollection<UInt8>) -> Int {
        var length = 0
        for byte in bytes.reversed().prefix(4) {
            length += 1
            switch byte {
            case 0x80...0xBF: continue
            case 0xC2...0xDF: return length < 2 ? length : 0
            case 0xE0...0xEF: return length < 3 ? length : 0
            case 0xF0...0xF4: return length < 4 ? length : 0
            default: return 0
            }
        }
        return 0
    }

    /// How many bytes at the start of `bytes` continue a character that began before; 0 when there are more than a character can have.
    static func strayPrefix(of bytes: [UInt8]) -> Int {
        let count = bytes.prefix(4).prefix { (0x80...0xBF).contains($0) }.count
        return count < 4 ? count : 0
    }
}
