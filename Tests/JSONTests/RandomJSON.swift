import JSON

/// Random values and documents.
struct RandomJSON {
    var random: RepeatableRandom

    init(seed: UInt64) { random = RepeatableRandom(seed: seed) }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

    mutating func text() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "0", "\"", "\\", "/", "\u{0}", "\u{1F}", "\n", "\t", "\u{7F}", "é", "\u{301}", "€", "\u{2028}", "\u{FFFF}", "😀",
            "\u{10FFFF}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<below(12) { text.append(scalars[below(scalars.count)]) }
        return String(text)
    }

    mutating func literal() -> String {
        var literal = below(2) == 0 ? "-" : ""
        literal += below(4) == 0 ? "0" : String(1 + below(1_000_000))
        if below(2) == 0 { literal += "." + String(below(100_000)) }
        if below(3) == 0 { literal += ["e", "E+", "e-"][below(3)] + String(below(400)) }
        return literal
    }

    mutating func value(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 7 : 5) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return JSONNumber(literal()).map { .number($0) } ?? .null
        case 3, 4: return .string(text())
        case 5: return .array((0..<below(5)).map { _ in value(depth: depth - 1) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<below(5) { members[text()] = value(depth: depth - 1) }
            return .object(members)
        }
    }

    /// `bytes` with a few bytes changed, left out, put in or doubled.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        let pieces = ["\"", "{", "}", "[", "]", ",", ":", "\\", "\\ud800", "\\u", "e", ".", "-", "0", "null", " ", "\n", "\u{FEFF}"]
        var bytes = bytes
        for _ in 0...below(3) {
            let place = below(bytes.count + 1)
            switch below(5) {
            case 0 where place < bytes.count: bytes[place] = UInt8(below(256))
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: pieces[below(pieces.count)].utf8, at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<min(place + below(8), bytes.count)], at: place)
            default: bytes.removeSubrange(place..<min(place + below(4), bytes.count))
            }
        }
        return bytes
    }
}

/// SplitMix64: the same sequence for the same seed, so that a failing case can be repeated.
struct RepeatableRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
