import FoundationEssentials
import Messages

extension RunOutputQuery {
    /// Whether pieces of this stream are wanted.
    func wants(_ place: OutputPlace) -> Bool {
        (step ?? place.step) == place.step && (attempt ?? place.attempt) == place.attempt && (stream ?? place.stream) == place.stream
    }

    /// What is wanted of `output`, which stands in order: the streams, and of each the part.
    func select(from output: [OutputChunk]) -> [OutputChunk] {
        let streams = output.filter { wants($0.place) }.chunked { $0.place == $1.place }
        guard let part else { return streams.flatMap(\.self) }
        return streams.flatMap { part.select(from: $0) }
    }
}

extension RunOutputQuery.Part {
    /// The part of one stream, whose pieces stand in order.
    func select(from stream: [OutputChunk]) -> [OutputChunk] {
        switch self {
        case .bytes(let range): stream.compactMap { $0.cut(to: range) }
        case .lastBytes(let count): Self.last(count, of: stream)
        case .lines(let count): Self.lastLines(count, of: stream)
        }
    }

    private static func last(_ count: Int, of stream: [OutputChunk]) -> [OutputChunk] {
        var left = count
        var kept: [OutputChunk] = []
        for chunk in stream.reversed() where left > 0 {
            guard let piece = chunk.cut(to: chunk.offset + max(0, chunk.bytes.count - left)..<chunk.offset + chunk.bytes.count) else {
                continue
            }
            kept.append(piece)
            left -= piece.bytes.count
        }
        return kept.reversed()
    }

    /// From behind the line feed before the first wanted line; a feed at the very end ends the last line and begins none.
    private static func lastLines(_ count: Int, of stream: [OutputChunk]) -> [OutputChunk] {
        var feeds = 0
        var isAtEnd = true
        for (place, chunk) in stream.enumerated().reversed() {
            for byte in chunk.bytes.indices.reversed() {
                defer { isAtEnd = false }
                guard chunk.bytes[byte] == UInt8(ascii: "\n"), !isAtEnd else { continue }
                feeds += 1
                guard feeds == count else { continue }
                let first = chunk.cut(to: chunk.offset + byte + 1..<chunk.offset + chunk.bytes.count)
                return (first.map { [$0] } ?? []) + stream[(place + 1)...]
            }
        }
        return stream
    }
}

extension OutputChunk {
    /// The part of the piece whose bytes are in `range` of the stream; `nil` when none is.
    func cut(to range: Range<Int>) -> OutputChunk? {
        let kept = range.clamped(to: offset..<offset + bytes.count)
        guard !kept.isEmpty else { return nil }
        var piece = self
        piece.offset = kept.lowerBound
        piece.bytes = Array(bytes[kept.lowerBound - offset..<kept.upperBound - offset])
        return piece
    }
}

extension Array {
    /// Neighbours that belong together, in order.
    fileprivate func chunked(_ belongTogether: (Element, Element) -> Bool) -> [[Element]] {
        var groups: [[Element]] = []
        for element in self {
            if let last = groups.last?.last, belongTogether(last, element) {
                groups[groups.count - 1].append(element)
            } else {
                groups.append([element])
            }
        }
        return groups
    }
}
