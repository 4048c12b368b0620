/// The instructions and positions that have been tried, a bit each: none is tried twice, so that a search takes time in proportion to the text.
struct FailureMemory {
    /// Positions in one piece.
    private static let stride = 512
    /// The most memory it takes, in words of 64 bits: 128 MiB.
    private static let maximumWords = 16 << 20

    private let states: Int
    private var pieces: [Int: [UInt64]] = [:]
    private var current = -1
    private var bits: [UInt64] = []
    private var words = 0

    init(states: Int) {
        self.states = states
    }

    /// Notes that `state` is tried at `position`; whether that is the first time.
    mutating func insert(_ state: Int, at position: Int) throws(ExtractionFailure) -> Bool {
        let piece = position / Self.stride
        if piece != current { try open(piece) }
        let bit = (position % Self.stride) * states + state
        let mask: UInt64 = 1 << UInt64(bit & 63)
        guard bits[bit >> 6] & mask == 0 else { return false }
        bits[bit >> 6] |= mask
        return true
    }

    private mutating func open(_ piece: Int) throws(ExtractionFailure) {
        if current >= 0 {
            pieces[current] = bits
            bits = []
        }
        current = piece
        if let known = pieces.removeValue(forKey: piece) {
            bits = known
            return
        }
        let size = (Self.stride * states + 63) / 64
        words += size
        guard words <= Self.maximumWords else {
            throw ExtractionFailure(.tooMuch, "the search needs more than 128 MiB of memory; use a shorter expression or a shorter text")
        }
        bits = Array(repeating: 0, count: size)
    }
}
