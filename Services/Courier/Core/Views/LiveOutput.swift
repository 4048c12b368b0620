internal import FoundationEssentials
internal import JSON

/// Puts a run's output together while its pieces come: every byte once, in the order of its stream, with what was left out marked.
struct LiveOutput {
    /// What is wanted of it.
    struct Filter: Sendable {
        var step: Int?
        var attempt: Int?
        /// `stdout` or `stderr`.
        var stream: String?
    }

    /// What is to be printed next.
    struct Piece: Equatable {
        /// Where it comes from.
        var place: Place
        /// The same in words, when that is another place than that of the piece before.
        var heading: String?
        var bytes: [UInt8]

        var isError: Bool { place.isError }
    }

    /// One stream of one attempt at a step.
    struct Place: Hashable {
        var step: Int
        var attempt: Int
        var isError: Bool
    }

    private struct Part {
        /// How much of the stream has been printed or marked as left out.
        var end = 0
        /// What came before what precedes it: until the attempt is over, that may still come.
        var early: [Int: [UInt8]] = [:]
    }

    private let filter: Filter
    private var parts: [Place: Part] = [:]
    private var last: Place?

    init(filter: Filter = Filter()) {
        self.filter = filter
    }

    /// What can be printed now that `chunk` is there.
    mutating func add(_ chunk: JSONNode) -> [Piece] {
        let place = Place(step: chunk["step"]?.int ?? 0, attempt: chunk["attempt"]?.int ?? 0, isError: chunk["stream"]?.text == "stderr")
        guard filter.step.map({ $0 == place.step }) ?? true, filter.attempt.map({ $0 == place.attempt }) ?? true,
            filter.stream.map({ ($0 == "stderr") == place.isError }) ?? true
        else { return [] }
        // Steps come one after the other: what is missing of an earlier one will not come any more.
        var pieces = finish { ($0.step, $0.attempt) < (place.step, place.attempt) }
        let offset = chunk["offset"]?.int ?? 0
        parts[place, default: Part()].early[offset] = RunOutput.bytes(of: chunk)
        pieces += take(place, leavingOut: false)
        return pieces
    }

    /// What is left when the run is over.
    mutating func finish() -> [Piece] { finish { _ in true } }

    private mutating func finish(_ isOver: (Place) -> Bool) -> [Piece] {
        let places = parts.filter { isOver($0.key) && !$0.value.early.isEmpty }.keys
        return places.sorted { ($0.step, $0.attempt, $0.isError ? 1 : 0) < ($1.step, $1.attempt, $1.isError ? 1 : 0) }
            .flatMap { take($0, leavingOut: true) }
    }

    private mutating func take(_ place: Place, leavingOut: Bool) -> [Piece] {
        guard var part = parts[place] else { return [] }
        var bytes: [UInt8] = []
        for (offset, early) in part.early.sorted(by: { $0.key < $1.key }) where leavingOut || offset <= part.end {
            part.early[offset] = nil
            if offset > part.end { bytes += RunOutput.gap(offset - part.end) }
            bytes += early.dropFirst(max(0, part.end - offset))
            part.end = max(part.end, offset + early.count)
        }
        parts[place] = part
        guard !bytes.isEmpty else { return [] }
        defer { last = place }
        let heading = place == last ? nil : "step \(place.step), attempt \(place.attempt), \(place.isError ? "stderr" : "stdout")"
        return [Piece(place: place, heading: heading, bytes: bytes)]
    }
}
