import JobModel

/// A version of a skill, ordered as semantic versioning orders them: `4.9.1` < `4.10` < `5.0.0-rc.1` < `5.0.0`.
struct SkillVersion: Sendable, Comparable {
    let text: String
    /// The numbers before a `-` or `+`.
    let numbers: [Int]
    private let prerelease: [String]

    /// Reads `text`; what is no number in it counts as 0.
    init(_ text: String) {
        self.text = text
        let core = text.prefix { $0 != "-" && $0 != "+" }
        numbers = core.drop { $0 == "v" }.split(separator: ".").map { Int($0) ?? 0 }
        let rest = text[core.endIndex...]
        prerelease = rest.first == "-" ? rest.dropFirst().prefix { $0 != "+" }.split(separator: ".").map(String.init) : []
    }

    static func == (left: SkillVersion, right: SkillVersion) -> Bool {
        !(left < right) && !(right < left)
    }

    static func < (left: SkillVersion, right: SkillVersion) -> Bool {
        let count = max(left.numbers.count, right.numbers.count)
        let (ours, theirs) = (left.padded(count), right.padded(count))
        if ours != theirs { return ours.lexicographicallyPrecedes(theirs) }
        // A version before the release is less than the release.
        guard !left.prerelease.isEmpty, !right.prerelease.isEmpty else { return !left.prerelease.isEmpty && right.prerelease.isEmpty }
        return left.prerelease.lexicographicallyPrecedes(right.prerelease) { one, other in
            switch (Int(one), Int(other)) {
            case (let one?, let other?): one < other
            case (_?, nil): true
            case (nil, _?): false
            case (nil, nil): one.utf8.lexicographicallyPrecedes(other.utf8)
            }
        }
    }

    private func padded(_ count: Int) -> [Int] {
        numbers + Array(repeating: 0, count: count - numbers.count)
    }
}

/// The versions of a skill that a step accepts: exact, a range, or a wildcard such as `4.x`, `4.*`, `*`.
///
/// A bound with fewer numbers than a version speaks for all that begin so: the highest version `6` accepts `6.3.1`. A wildcard is both bounds
/// unless the other one is given too.
struct VersionRange: Sendable {
    private let lowest: String?
    private let highest: String?

    init(_ interpreter: Interpreter) {
        let (lowest, highest) = (interpreter.minVersion, interpreter.maxVersion)
        self.lowest = lowest ?? (highest.map { Self.isWildcard($0) } == true ? highest : nil)
        self.highest = highest ?? (lowest.map { Self.isWildcard($0) } == true ? lowest : nil)
    }

    /// The newest of `versions` that is accepted.
    func newest(of versions: [String]) -> String? {
        versions.map(SkillVersion.init).filter(accepts).max()?.text
    }

    /// In words, for an error.
    var description: String {
        switch (lowest, highest) {
        case (nil, nil): "any version"
        case (let lowest?, let highest?): lowest == highest ? "version \(lowest)" : "version \(lowest) to \(highest)"
        case (let lowest?, nil): "version \(lowest) or newer"
        case (nil, let highest?): "version \(highest) or older"
        }
    }

    private func accepts(_ version: SkillVersion) -> Bool {
        if let lowest, Self.compare(version, lowest) < 0 { return false }
        if let highest, Self.compare(version, highest) > 0 { return false }
        return true
    }

    /// -1, 0 or 1 as `version` is before, within or after what `bound` stands for.
    private static func compare(_ version: SkillVersion, _ bound: String) -> Int {
        let parts = bound.split(separator: ".").prefix { !isWildcard($0) }
        if !isWildcard(bound), bound.contains("-") || parts.count >= version.numbers.count {
            let exact = SkillVersion(bound)
            return version < exact ? -1 : exact < version ? 1 : 0
        }
        let numbers = SkillVersion(parts.joined(separator: ".")).numbers
        let own = Array((version.numbers + Array(repeating: 0, count: numbers.count)).prefix(numbers.count))
        return own == numbers ? 0 : own.lexicographicallyPrecedes(numbers) ? -1 : 1
    }

    private static func isWildcard(_ text: some StringProtocol) -> Bool {
        text.split(separator: ".").contains { ["*", "x", "X"].contains($0) }
    }
}
