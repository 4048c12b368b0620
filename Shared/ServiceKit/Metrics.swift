import Synchronization

/// A service's counters and gauges, as `/metrics` shows them.
public final class Metrics: Sendable {
    /// A number that only grows.
    public final class Counter: Sendable {
        private let value = Atomic<Int>(0)

        /// Adds `amount`.
        public func add(_ amount: Int = 1) {
            value.wrappingAdd(amount, ordering: .relaxed)
        }

        /// The sum so far.
        public var total: Int { value.load(ordering: .relaxed) }
    }

    private struct Key: Hashable {
        var name: String
        var labels: String
    }

    private struct Contents {
        var counters: [Key: Counter] = [:]
        var gauges: [Key: @Sendable () -> Double] = [:]
        var help: [String: String] = [:]
    }

    private let contents = Mutex(Contents())

    /// No metrics yet.
    public init() {}

    /// The counter `name` with `labels`; the same one at every call. Keep it where it is used often.
    ///
    /// - Parameters:
    ///   - name: as Prometheus names it, ending in `_total`.
    ///   - labels: label → value.
    ///   - help: one line for `/metrics`.
    public func counter(_ name: String, labels: KeyValuePairs<String, String> = [:], help: String = "") -> Counter {
        contents.withLock { contents in
            if !help.isEmpty { contents.help[name] = help }
            let key = Key(name: name, labels: Self.text(of: labels))
            if let known = contents.counters[key] { return known }
            let counter = Counter()
            contents.counters[key] = counter
            return counter
        }
    }

    /// Has `/metrics` ask `read` for the gauge `name` whenever it is read.
    public func gauge(
        _ name: String, labels: KeyValuePairs<String, String> = [:], help: String = "", read: @escaping @Sendable () -> Double
    ) {
        contents.withLock { contents in
            if !help.isEmpty { contents.help[name] = help }
            contents.gauges[Key(name: name, labels: Self.text(of: labels))] = read
        }
    }

    /// The Prometheus text exposition format, version 0.0.4.
    public func exposition() -> String {
        let contents = contents.withLock { $0 }
        var lines: [String] = []
        func section(_ names: Set<String>, _ kind: String, _ values: (String) -> [(String, String)]) {
            for name in names.sorted() {
                if let help = contents.help[name] { lines.append("# HELP \(name) \(help)") }
                lines.append("# TYPE \(name) \(kind)")
                for (labels, value) in values(name).sorted(by: { $0.0 < $1.0 }) { lines.append("\(name)\(labels) \(value)") }
            }
        }
        section(Set(contents.counters.keys.map(\.name)), "counter") { name in
            contents.counters.filter { $0.key.name == name }.map { ($0.key.labels, String($0.value.total)) }
        }
        section(Set(contents.gauges.keys.map(\.name)), "gauge") { name in
            contents.gauges.filter { $0.key.name == name }.map { ($0.key.labels, String($0.value())) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(of labels: KeyValuePairs<String, String>) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { label, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(label)=\"\(escaped)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }
}
