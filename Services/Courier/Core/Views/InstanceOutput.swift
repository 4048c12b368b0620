internal import JSON

/// Puts the output of all runs of an instance together while its pieces come, in whole lines: lines of several runs are never mixed.
struct InstanceOutput {
    /// One line, with its end.
    struct Line: Equatable {
        var nodeID: String
        var isError: Bool
        var bytes: [UInt8]
    }

    private struct Run {
        var nodeID: String
        var live = LiveOutput()
        /// What has come of each stream since its last line end.
        var open: [LiveOutput.Place: [UInt8]] = [:]
    }

    private var runs: [String: Run] = [:]
    /// More without a line end is shown as a line of its own, so that memory stays bounded.
    private static let longestLine = 1 << 16

    /// The lines that `chunk`, a piece of a run's output, completes.
    mutating func add(_ chunk: JSONNode) -> [Line] {
        let id = chunk["runId"]?.text ?? ""
        var run = runs[id] ?? Run(nodeID: chunk["nodeId"]?.text ?? "")
        let pieces = run.live.add(chunk)
        let lines = Self.lines(of: pieces, in: &run)
        runs[id] = run
        return lines
    }

    /// What is left of a run that is over; output of it that is late may still come.
    mutating func finish(run id: String) -> [Line] {
        guard var run = runs[id] else { return [] }
        var lines = Self.lines(of: run.live.finish(), in: &run)
        lines += Self.close(&run) { _ in true }
        runs[id] = run
        return lines
    }

    /// What is left when the instance is over.
    mutating func finish() -> [Line] { runs.keys.sorted().flatMap { finish(run: $0) } }

    private static func lines(of pieces: [LiveOutput.Piece], in run: inout Run) -> [Line] {
        var lines: [Line] = []
        for piece in pieces {
            // Steps come one after the other: the last line of an earlier one has no end.
            lines += close(&run) { ($0.step, $0.attempt) < (piece.place.step, piece.place.attempt) }
            var rest = ((run.open[piece.place] ?? []) + piece.bytes)[...]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(Line(nodeID: run.nodeID, isError: piece.isError, bytes: Array(rest[...end])))
                rest = rest[(end + 1)...]
            }
            run.open[piece.place] = Array(rest)
            if rest.count > longestLine { lines += close(&run) { $0 == piece.place } }
        }
        return lines
    }

    /// Ends the lines of the streams that `isOver` means.
    private static func close(_ run: inout Run, _ isOver: (LiveOutput.Place) -> Bool) -> [Line] {
        let places = run.open.keys.filter(isOver)
        let order = places.sorted { ($0.step, $0.attempt, $0.isError ? 1 : 0) < ($1.step, $1.attempt, $1.isError ? 1 : 0) }
        return order.compactMap { place in
            guard let bytes = run.open.removeValue(forKey: place), !bytes.isEmpty else { return nil }
            return Line(nodeID: run.nodeID, isError: place.isError, bytes: bytes + [UInt8(ascii: "\n")])
        }
    }
}
