/// Finds the name somebody probably meant.
enum NearestName {
    /// `did you mean "scheduleRule"?`, when one of `names` is close to `text`.
    static func hint(for text: String, among names: [String]) -> String? {
        nearest(to: text, among: names).map { "did you mean \"\($0)\"?" }
    }

    /// The name at the smallest distance from `text`, case aside; `nil` when even that one is another word (beyond a third of its letters).
    static func nearest(to text: String, among names: [String]) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let wanted = Array(text.lowercased().utf8)
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = distance(wanted, Array(name.lowercased().utf8))
            if distance <= max(1, name.utf8.count / 3), distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one word to the other.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var cost = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
