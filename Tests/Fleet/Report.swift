import FoundationEssentials
import JSON

/// The figures of one measurement, as text and as JSON.
struct Report {
    let outcomes: [Outcome]
    let seconds: Double
    let limit: Double?
    let window: Int
    let before: ProcessFigures
    let after: ProcessFigures

    private var runs: Int { outcomes.reduce(0) { $0 + ($1.counts["total"] ?? 0) } }
    private var rate: Double { Double(runs) / seconds }
    private var turnovers: [Double] { outcomes.flatMap { $0.turnovers(window: window) }.sorted() }

    private var processes: [(name: String, cpu: Double, resident: Double, peak: Double)] {
        // Runners of this machine are many and alike: they are shown as one.
        let groups = Dictionary(grouping: after.byName.keys) { $0.hasPrefix("runner-") ? "runners" : $0 }
        return groups.sorted { $0.key < $1.key }.map { group, names in
            let figures = names.compactMap { after.byName[$0] }
            let used = names.reduce(0) { $0 + (after.byName[$1]?.cpuSeconds ?? 0) - (before.byName[$1]?.cpuSeconds ?? 0) }
            return (
                names.count > 1 ? "\(names.count) \(group)" : group, used, figures.reduce(0) { $0 + $1.residentMegabytes },
                figures.reduce(0) { $0 + $1.peakMegabytes }
            )
        }
    }

    var text: String {
        var lines = [
            "\(runs) runs in \(Self.round(seconds, 3)) s: \(Self.round(rate, 0)) runs/s"
                + (limit.map { ", \(Self.round(rate / $0, 2)) of the limit of \(Self.round($0, 0)) runs/s" } ?? ""),
            "  accepted after \(Self.round(outcomes.map(\.acceptSeconds).max() ?? 0, 3)) s; "
                + Self.counted(outcomes.map { "\($0.status) (\($0.counts["success"] ?? 0) of \($0.counts["total"] ?? 0))" }),
        ]
        if !turnovers.isEmpty {
            lines.append(
                "  from a run's end to the next command: p50 \(Self.round(turnovers.quantile(0.5) * 1000, 1)) ms, "
                    + "p99 \(Self.round(turnovers.quantile(0.99) * 1000, 1)) ms")
        }
        for process in processes where process.cpu >= 0.001 || process.name == "fleet" {
            lines.append(
                "  \(process.name): \(Self.round(process.cpu, 3)) s of CPU (\(Self.round(process.cpu * 1_000_000 / Double(max(1, runs)), 1)) µs a run), "
                    + "\(Self.round(process.resident, 0)) MB, at most \(Self.round(process.peak, 0)) MB")
        }
        return lines.joined(separator: "\n")
    }

    /// Equal texts once, with their number.
    private static func counted(_ texts: [String]) -> String {
        Dictionary(grouping: texts) { $0 }.sorted { $0.key < $1.key }
            .map { $1.count == 1 ? $0 : "\($1.count) times \($0)" }.joined(separator: ", ")
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("runs", runs)
            writer.field("seconds", seconds)
            writer.field("runsPerSecond", rate)
            if let limit {
                writer.field("limitRunsPerSecond", limit)
                writer.field("ratio", rate / limit)
            }
            writer.field("turnoverMillisecondsP50", turnovers.quantile(0.5) * 1000)
            writer.field("turnoverMillisecondsP99", turnovers.quantile(0.99) * 1000)
            writer.key("processes")
            writer.object { writer in
                for process in processes {
                    writer.key(process.name)
                    writer.object { writer in
                        writer.field("cpuSeconds", process.cpu)
                        writer.field("residentMegabytes", process.resident)
                        writer.field("peakMegabytes", process.peak)
                    }
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    static func round(_ value: Double, _ digits: Int) -> String {
        let scale = [1.0, 10, 100, 1000][digits]
        let rounded = (value * scale).rounded() / scale
        return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
    }
}
