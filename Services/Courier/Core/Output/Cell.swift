internal import JSON
internal import JobModel

/// Values as they stand in tables.
enum Cell {
    /// What stands where there is nothing.
    static let nothing = "-"

    static func text(_ node: JSONNode?) -> String {
        guard let node, !node.isNull else { return nothing }
        if let text = node.text { return text.isEmpty ? nothing : text }
        return node.compact
    }

    /// A time without its fraction; what is no time as it is.
    static func time(_ node: JSONNode?) -> String {
        guard let text = node?.text, let time = Timestamp(text) else { return self.text(node) }
        return Timestamp(seconds: time.seconds).description
    }

    /// The time from one instant to another; up to now when the other is missing is not guessed: the server's clock is not ours.
    static func duration(from start: JSONNode?, to end: JSONNode?) -> String {
        guard let start = start?.text.flatMap(Timestamp.init), let end = end?.text.flatMap(Timestamp.init) else { return nothing }
        return duration(seconds: Double((end - start).wholeMicroseconds) / 1_000_000)
    }

    /// `0.25s`, `12.3s`, `4m05s`, `3h07m`, `2d03h`.
    static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return nothing }
        if seconds < 9.995 { return "\(decimal(seconds, digits: 2))s" }
        if seconds < 59.95 { return "\(decimal(seconds, digits: 1))s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60)m\(twoDigits(whole % 60))s" }
        if whole < 86_400 { return "\(whole / 3600)h\(twoDigits(whole / 60 % 60))m" }
        return "\(whole / 86_400)d\(twoDigits(whole / 3600 % 24))h"
    }

    /// `12.5`, with a fixed number of digits (1 or 2) behind the point.
    static func decimal(_ value: Double, digits: Int) -> String {
        let factor = digits == 1 ? 10 : 100
        let scaled = Int((value * Double(factor)).rounded())
        let fraction = String(scaled % factor)
        return "\(scaled / factor)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    private static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
