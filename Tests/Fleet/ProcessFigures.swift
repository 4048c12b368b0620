import FoundationEssentials
import Glibc

/// What the processes of a stack have used, by the names of their pid files; each with everything it started.
struct ProcessFigures {
    struct Figure {
        var cpuSeconds: Double
        var residentMegabytes: Double
        var peakMegabytes: Double
        /// Resident, but what several processes share counted in parts.
        var proportionalMegabytes: Double
    }

    private(set) var byName: [String: Figure] = [:]

    /// Reads `/proc` for the stack whose state is in `directory`, and for `others`. The proportional share costs the kernel a walk over all pages of
    /// a process, so it is read only when asked for.
    init(state directory: String, others: [String: Int] = [:], withShares: Bool = false) {
        var roots = others
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory + "/run")) ?? []
        for name in names where name.hasSuffix(".pid") {
            if let pid = Self.text("\(directory)/run/\(name)").flatMap({ Int($0) }) { roots[String(name.dropLast(4))] = pid }
        }
        let parents = Self.parents()
        for (name, root) in roots {
            var sum = Figure(cpuSeconds: 0, residentMegabytes: 0, peakMegabytes: 0, proportionalMegabytes: 0)
            for pid in parents.keys where Self.descends(pid, from: root, parents) {
                sum.cpuSeconds += Self.cpuSeconds(of: pid)
                sum.residentMegabytes += Self.megabytes(of: pid, "VmRSS:")
                sum.peakMegabytes += Self.megabytes(of: pid, "VmHWM:")
                if withShares { sum.proportionalMegabytes += Self.megabytes(of: pid, "Pss:", in: "smaps_rollup") }
            }
            byName[name] = sum
        }
    }

    private static func text(_ path: String) -> String? {
        guard let file = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        return String(decoding: file, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
    }

    /// The fields of `/proc/PID/stat` behind the name, which may hold spaces: the first is the state.
    private static func stat(of pid: Int) -> [Substring] {
        guard let line = text("/proc/\(pid)/stat"), let end = line.lastIndex(of: ")") else { return [] }
        return line[line.index(after: end)...].split(separator: " ")
    }

    private static func parents() -> [Int: Int] {
        let pids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int($0) }
        return Dictionary(
            uniqueKeysWithValues: pids.compactMap { pid in
                let fields = stat(of: pid)
                return fields.count > 12 ? Int(fields[1]).map { (pid, $0) } : nil
            })
    }

    private static func descends(_ pid: Int, from root: Int, _ parents: [Int: Int]) -> Bool {
        var next = pid
        while next > 1 {
            if next == root { return true }
            next = parents[next] ?? 0
        }
        return false
    }

    /// By the process's own clock, which counts nanoseconds; `/proc` counts hundredths of a second, and a small job takes less.
    private static func cpuSeconds(of pid: Int) -> Double {
        var clock = clockid_t()
        var used = timespec()
        guard clock_getcpuclockid(pid_t(pid), &clock) == 0, clock_gettime(clock, &used) == 0 else { return 0 }
        return Double(used.tv_sec) + Double(used.tv_nsec) / 1_000_000_000
    }

    /// When it started, in seconds since the machine did.
    static func startSeconds(of pid: Int) -> Double? {
        let fields = stat(of: pid)
        return fields.count > 19 ? Double(fields[19]).map { $0 / 100 } : nil
    }

    private static func megabytes(of pid: Int, _ field: String, in file: String = "status") -> Double {
        guard let file = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/\(file)")) else { return 0 }
        let line = String(decoding: file, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(field) }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }
}
