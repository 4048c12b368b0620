/// Searches texts for one pattern, and remembers what it has worked out, so that the next text goes faster.
///
/// All threads of a search advance together, one scalar at a time: a text takes time in proportion to its length (times the pattern's size at
/// the very worst), whatever the pattern.
public struct TextPatternMatcher {
    /// A set of places in the program that the search can be at.
    private struct State {
        var places: [Int]
        /// A match ends here.
        var isMatch: Bool
        /// A match ends here if the text does.
        var isMatchAtEnd: Bool
        /// The next state for each ASCII scalar; -1: not worked out yet.
        var next: [Int32]
    }

    private let program: TextPatternProgram
    private var states: [State] = []
    private var numbers: [[Int]: Int32] = [:]
    private var first: Int32 = -1

    /// More states are forgotten and worked out again.
    private static let mostStates = 2000

    /// A matcher of `pattern` that has seen no text.
    public init(_ pattern: TextPattern) {
        program = pattern.program
    }

    /// Whether the pattern occurs anywhere in `text`.
    public mutating func occurs(in text: String) -> Bool {
        if first < 0 { first = state(of: closure([0], at: Place(isStart: true))) }
        let scalars = text.unicodeScalars
        let tail = Self.terminatorLength(of: text)
        guard tail > 0 || text.isEmpty else {
            guard let last = walk(scalars) else { return true }
            return states[Int(last)].isMatch || states[Int(last)].isMatchAtEnd
        }
        guard let last = walk(scalars.dropLast(tail)) else { return true }
        return occurs(from: states[Int(last)].places, in: scalars.suffix(tail), isWhole: tail == scalars.count)
    }

    /// The state in which `scalars` from the beginning of a text leave the search; `nil` when there is a match before their end.
    private mutating func walk(_ scalars: some Sequence<Unicode.Scalar>) -> Int32? {
        var current = first
        for scalar in scalars {
            if states[Int(current)].isMatch { return nil }
            current = step(current, scalar)
        }
        return current
    }

    /// Goes on through the line end that a text ends with. There more holds than elsewhere, and it is rare: nothing of it is remembered.
    private func occurs(from places: [Int], in tail: Substring.UnicodeScalarView, isWhole: Bool) -> Bool {
        var places = closure(places, at: Place(isStart: isWhole, isLineEnd: true, isEnd: tail.isEmpty))
        for index in tail.indices {
            if isMatch(places) { return true }
            let isEnd = tail.index(after: index) == tail.endIndex
            places = closure(taking(tail[index], from: places) + [0], at: Place(isLineEnd: isEnd, isEnd: isEnd))
        }
        return isMatch(places)
    }

    /// How many scalars of the text's end are a line end: 2 for CR LF.
    private static func terminatorLength(of text: String) -> Int {
        // Nearly every text ends with a byte that ends no line.
        guard let byte = text.utf8.last, byte < 0x20 || byte >= 0x80 else { return 0 }
        let scalars = text.unicodeScalars
        guard let last = scalars.last, terminators.contains(last.value) else { return 0 }
        return last.value == 0x0A && scalars.dropLast().last?.value == 0x0D ? 2 : 1
    }

    private static let terminators = ScalarSet(.lineTerminators)

    /// What holds where the search is.
    private struct Place {
        var isStart = false
        var isLineEnd = false
        var isEnd = false
    }

    private mutating func step(_ current: Int32, _ scalar: Unicode.Scalar) -> Int32 {
        if scalar.isASCII {
            let known = states[Int(current)].next[Int(scalar.value)]
            if known >= 0 { return known }
        }
        let target = closure(taking(scalar, from: states[Int(current)].places) + [0], at: Place())
        if states.count >= Self.mostStates {
            states = []
            numbers = [:]
            first = -1
            return state(of: target)
        }
        let number = state(of: target)
        if scalar.isASCII { states[Int(current)].next[Int(scalar.value)] = number }
        return number
    }

    /// Where the search is when it has read `scalar`.
    private func taking(_ scalar: Unicode.Scalar, from places: [Int]) -> [Int] {
        places.compactMap { takes($0, scalar.value) ? $0 + 1 : nil }
    }

    private func takes(_ place: Int, _ value: UInt32) -> Bool {
        switch program.instructions[place] {
        case .scalar(let wanted, let folded): wanted == (folded ? CaseFolding.fold(value) : value)
        case .set(let set): set.contains(value)
        case .fork, .jump, .assertion, .match: false
        }
    }

    private mutating func state(of places: [Int]) -> Int32 {
        if let number = numbers[places] { return number }
        let isMatch = isMatch(places)
        let number = Int32(states.count)
        states.append(
            State(
                places: places, isMatch: isMatch, isMatchAtEnd: isMatch || matchesAtEnd(places),
                next: Array(repeating: -1, count: 128)))
        numbers[places] = number
        return number
    }

    /// Where the search is when it is at `places`, without reading on; in order, so that the same set is the same state.
    private func closure(_ places: [Int], at place: Place) -> [Int] {
        var seen: Set<Int> = []
        var waiting = places
        while let next = waiting.popLast() {
            guard seen.insert(next).inserted else { continue }
            switch program.instructions[next] {
            case .scalar, .set, .match: break
            case .fork(let one, let other): waiting += [one, other]
            case .jump(let target): waiting.append(target)
            case .assertion(let assertion): if holds(assertion, at: place) { waiting.append(next + 1) }
            }
        }
        return seen.sorted()
    }

    private func isMatch(_ places: [Int]) -> Bool {
        places.contains { if case .match = program.instructions[$0] { true } else { false } }
    }

    private func holds(_ assertion: TextPatternProgram.Assertion, at place: Place) -> Bool {
        switch assertion {
        case .start: place.isStart
        case .end: place.isEnd
        case .endOrTerminator: place.isLineEnd
        }
    }

    /// Whether there is a match where a text ends that is not empty and does not end with a line end.
    private func matchesAtEnd(_ places: [Int]) -> Bool {
        isMatch(closure(places, at: Place(isLineEnd: true, isEnd: true)))
    }
}
