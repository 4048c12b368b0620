import FoundationEssentials
import JSON
import Testing

/// The bytes of a text.
func utf8(_ text: String) -> [UInt8] {
    Array(text.utf8)
}

/// The text of bytes.
func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

/// The error that `body` throws; a recorded failure and `nil` when it throws none.
func jsonError(_ comment: Comment = "", _ body: () throws -> some Any) -> JSONError? {
    #expect(throws: JSONError.self, comment) { _ = try body() }
}

/// Random numbers that are the same for the same seed (SplitMix64, public domain).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including `bound`.
    mutating func below(_ bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &self)
    }
}

/// How much longer the long form of a test is: 1, or 50 with `COURIER_LONG=1`.
let repetitions = ProcessInfo.processInfo.environment["COURIER_LONG"] == "1" ? 50 : 1
