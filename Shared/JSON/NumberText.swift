/// The texts of numbers.
enum NumberText {
    /// The room that an `Int` can need.
    static let longestInt = 20

    /// The shortest text that reads back as `value`, which is finite: `1`, not `1.0`; `1e16`, not `1e+16`.
    static func shortest(_ value: Double) -> String {
        let text = value.description
        if text.hasSuffix(".0") { return String(text.dropLast(2)) }
        let parts = text.split(separator: "e")
        guard parts.count == 2 else { return text }
        let sign = parts[1].hasPrefix("-") ? "-" : ""
        return "\(parts[0])e\(sign)\(parts[1].drop { $0 == "-" || $0 == "+" || $0 == "0" })"
    }

    /// Writes `value` and returns the number of bytes; `target` has room for ``longestInt``.
    static func write(_ value: Int64, to target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var magnitude = value.magnitude
        let sign = value < 0 ? 1 : 0
        var count = 1
        var power: UInt64 = 10
        while magnitude >= power {
            count &+= 1
            power &*= 10
        }
        if sign == 1 { target[0] = UInt8(ascii: "-") }
        var position = sign &+ count
        repeat {
            position &-= 1
            let rest = magnitude / 10
            target[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude &- rest &* 10)
            magnitude = rest
        } while position > sign
        return sign &+ count
    }
}
