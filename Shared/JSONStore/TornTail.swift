/// Tells what a crash leaves of the last, unacknowledged write from damage to what was durable.
///
/// A write may be cut short at any byte. When the power fails, blocks of it that were never written can also read as zeros with later
/// blocks of the same write behind them. A changed, lost or repeated byte in a line that was durable looks like neither.
enum TornTail {
    /// No device writes less than this at once.
    private static let block = 512

    /// Whether the first line that cannot be read may be where the last write was torn. If a line feed ends it, that also takes that no
    /// later line starts a write: a write is started only once everything before it is durable.
    static func isPossible(in line: LineReader.Line) -> Bool {
        hasUnwrittenBlock(line) || (!line.isTerminated && !Envelope.beginsWithWholeLine(line.bytes))
    }

    /// No line that was written contains a zero byte.
    private static func hasUnwrittenBlock(_ line: LineReader.Line) -> Bool {
        var place = 0
        while place < line.bytes.count {
            let end = min(line.bytes.count, place + block - (line.offset + place) % block)
            if line.bytes[place..<end].allSatisfy({ $0 == 0 }) { return true }
            place = end
        }
        return false
    }
}
