/// Texts that must not be seen in output, and how to overwrite them while the output is still being written.
struct SecretMask: Sendable {
    /// Longest first: a secret that is part of another must not break it up.
    private let secrets: [[UInt8]]

    /// Overwrites every form of `secrets`.
    init(_ secrets: Secrets) {
        self.init(secrets.forms)
    }

    init(_ secrets: [String] = []) {
        self.init(secrets.map { Array($0.utf8) })
    }

    private init(_ secrets: [[UInt8]]) {
        self.secrets = secrets.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
    }

    var isEmpty: Bool { secrets.isEmpty }

    /// Overwrites every secret in `area` of `bytes`, byte for byte, so that nothing moves.
    func mask(_ bytes: inout [UInt8], _ area: Range<Int>) {
        for secret in secrets {
            for start in Self.places(of: secret, in: bytes[area]) {
                for index in start..<start + secret.count { bytes[index] = UInt8(ascii: "*") }
            }
        }
    }

    /// Overwrites what a gap has left of a secret: its beginning at the end of what is before `boundary`, its end at the start of what is behind.
    func maskParts(_ bytes: inout [UInt8], besideGapAt boundary: Int) {
        let before = secrets.map { Self.begun($0, atEndOf: Array(bytes[..<boundary])) }.max() ?? 0
        let behind = secrets.map { Self.ended($0, atStartOf: Array(bytes[boundary...])) }.max() ?? 0
        for index in boundary - before..<boundary + behind { bytes[index] = UInt8(ascii: "*") }
    }

    /// How many of `bytes`, behind which more will come, can be shown once they are masked: no secret may begin in them and end behind them.
    func settledCount(of bytes: [UInt8]) -> Int {
        guard !secrets.isEmpty else { return bytes.count }
        let whole = secrets.flatMap { secret in Self.places(of: secret, in: bytes[...]).map { $0..<$0 + secret.count } }
        var end = bytes.count - (secrets.map { Self.begun($0, atEndOf: bytes) }.max() ?? 0)
        // What has to wait may begin within a secret that is complete: then all of that waits.
        while let cut = whole.first(where: { $0.lowerBound < end && end < $0.upperBound }) { end = cut.lowerBound }
        return end
    }

    /// The places at which `secret` begins, one behind the other without overlap.
    private static func places(of secret: [UInt8], in bytes: ArraySlice<UInt8>) -> [Int] {
        var places: [Int] = []
        var start = bytes.startIndex
        while start + secret.count <= bytes.endIndex {
            if bytes[start] == secret[0], bytes[start..<start + secret.count].elementsEqual(secret) {
                places.append(start)
                start += secret.count
            } else {
                start += 1
            }
        }
        return places
    }

    /// How many bytes at the start of `bytes` end `secret` without its beginning, at most.
    private static func ended(_ secret: [UInt8], atStartOf bytes: [UInt8]) -> Int {
        for count in stride(from: min(secret.count - 1, bytes.count), to: 0, by: -1)
        where bytes.prefix(count).elementsEqual(secret.suffix(count)) {
            return count
        }
        return 0
    }

    /// How many bytes at the end of `bytes` begin `secret` without completing it, at most.
    private static func begun(_ secret: [UInt8], atEndOf bytes: [UInt8]) -> Int {
        for count in stride(from: min(secret.count - 1, bytes.count), to: 0, by: -1)
        where bytes.suffix(count).elementsEqual(secret.prefix(count)) {
            return count
        }
        return 0
    }
}
