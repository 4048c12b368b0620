/// Runs a ``RegexProgram`` over a text: tries one way after the other, and remembers which have failed.
///
/// Every step is counted, so that the search ends when its time is up. Positions are bytes of UTF-8.
struct RegexMatcher {
    private struct Entry {
        /// An instruction to go on at, or the complement of a slot to restore.
        var target: Int
        /// The position, or the slot's value.
        var value: Int
    }

    /// The most that may be left to try, 128 MiB.
    private static let maximumEntries = 8 << 20

    private let program: RegexProgram
    let text: [UInt8]
    private let budget: WorkBudget
    private var stack: [Entry] = []
    private var slots: [Int]
    /// Steps are counted here, which is cheaper, and handed to the budget in lots.
    private var steps = 0
    private static let stepsPerCount = 256

    init(_ program: RegexProgram, _ text: String, _ budget: WorkBudget) {
        self.program = program
        self.text = Array(text.utf8)
        self.budget = budget
        slots = Array(repeating: -1, count: program.slots)
    }

    /// The first match that begins at `start` or behind: the ranges of the groups, the whole match first.
    mutating func first(from start: Int = 0) throws(ExtractionFailure) -> [Range<Int>?]? {
        stack.removeAll(keepingCapacity: true)
        for slot in slots.indices { slots[slot] = -1 }
        var memory = FailureMemory(states: program.states)
        var start = start
        while true {
            if !program.isAnchored, let firstBytes = program.firstBytes { start = try skip(to: firstBytes, from: start) ?? text.count }
            if let end = try run(from: 0, at: start, memory: &memory) { return groups(start, end) }
            guard start < text.count, !program.isAnchored else { return nil }
            start = UTF8Text.after(text, start)
            try budget.spend()
        }
    }

    /// Whether the whole text is a match.
    mutating func matchesWhole() throws(ExtractionFailure) -> Bool {
        var memory = FailureMemory(states: program.states)
        return try run(from: 0, at: 0, until: text.count, memory: &memory) != nil
    }

    private func skip(to bytes: FirstBytes, from start: Int) throws(ExtractionFailure) -> Int? {
        guard start < text.count else { return nil }
        let found = text[start...].firstIndex { bytes.allowed[Int($0)] }
        // A byte passed over costs far less than a step.
        try budget.spend(((found ?? text.count) - start) / 64)
        return found
    }

    private func groups(_ start: Int, _ end: Int) -> [Range<Int>?] {
        [start..<end]
            + (1..<program.captures + 1).map { group in
                let (low, high) = (slots[2 * group], slots[2 * group + 1])
                return low >= 0 && high >= low ? low..<high : nil
            }
    }

    // MARK: The machine

    /// Runs from an instruction to an `accept`; returns the position reached, `nil` when there is no way.
    ///
    /// - Parameter until: The only position that counts as the end.
    private mutating func run(
        from first: Int, at start: Int, until target: Int? = nil, memory: inout FailureMemory
    ) throws(ExtractionFailure) -> Int? {
        let base = stack.count
        var pc = first
        var position = start
        while true {
            steps &+= 1
            if steps % Self.stepsPerCount == 0 { try budget.spend(Self.stepsPerCount) }
            var isAlive = true
            switch program.instructions[pc] {
            case .scalar(let wanted):
                isAlive = take(&position) { $0 == wanted }
                pc += 1
            case .folded(let wanted):
                isAlive = take(&position) { CaseFolding.fold($0) == wanted }
                pc += 1
            case .set(let set):
                isAlive = take(&position) { program.sets[set].contains($0) }
                pc += 1
            case .split(let one, let other, let state):
                if program.canRemember { isAlive = try memory.insert(state, at: position) }
                if isAlive { try push(Entry(target: other, value: position)) }
                pc = one
            case .jump(let target): pc = target
            case .save(let slot):
                try push(Entry(target: ~slot, value: slots[slot]))
                slots[slot] = position
                pc += 1
            case .leaveIfEmpty(let slot, let exit): pc = slots[slot] == position ? exit : pc + 1
            case .accept:
                if target == nil || target == position {
                    keepRestoring(from: base)
                    return position
                }
                isAlive = false
            default:
                isAlive = try runRare(&pc, &position)
            }
            guard !isAlive else { continue }
            guard let next = backtrack(to: base) else { return nil }
            (pc, position) = (next.target, next.value)
        }
    }

    /// The instructions that few expressions have; `false` when the way ends here.
    private mutating func runRare(_ pc: inout Int, _ position: inout Int) throws(ExtractionFailure) -> Bool {
        switch program.instructions[pc] {
        case .assertion(let assertion):
            pc += 1
            return UTF8Text.holds(assertion, text, position)
        case .backreference(let group, let folded):
            pc += 1
            return try takeGroup(group, folded: folded, &position)
        case .atomic(let end):
            guard let reached = try inner(pc + 1, position) else { return false }
            (pc, position) = (end, reached)
            return true
        case .lookAhead(let end, let negative):
            let found = try inner(pc + 1, position) != nil
            pc = end
            return found != negative
        case .lookBehind(let end, let negative, let least, let most):
            let found = try looksBehind(pc + 1, position, least, most)
            pc = end
            return found != negative
        default: return false
        }
    }

    /// A run of its own: what it tried means nothing outside, because success ends it as well.
    private mutating func inner(_ pc: Int, _ position: Int, until target: Int? = nil) throws(ExtractionFailure) -> Int? {
        var memory = FailureMemory(states: program.states)
        return try run(from: pc, at: position, until: target, memory: &memory)
    }

    private mutating func looksBehind(_ pc: Int, _ position: Int, _ least: Int, _ most: Int) throws(ExtractionFailure) -> Bool {
        var start = position
        for length in 0...most {
            if length >= least, try inner(pc, start, until: position) != nil { return true }
            guard start > 0 else { return false }
            start = UTF8Text.before(text, start)
        }
        return false
    }

    @inline(__always)
    private func take(_ position: inout Int, _ isWanted: (UInt32) -> Bool) -> Bool {
        guard position < text.count else { return false }
        let first = text[position]
        if first < 0x80 {
            position += 1
            return isWanted(UInt32(first))
        }
        let (value, length) = UTF8Text.scalar(text, at: position)
        position += length
        return isWanted(value)
    }

    private func takeGroup(_ group: Int, folded: Bool, _ position: inout Int) throws(ExtractionFailure) -> Bool {
        var place = slots[2 * group]
        let end = slots[2 * group + 1]
        // A group that took no part matches nothing, not even the empty text.
        guard place >= 0, end >= place else { return false }
        try budget.spend((end - place) / 16)
        while place < end {
            guard position < text.count else { return false }
            let (wanted, wantedLength) = UTF8Text.scalar(text, at: place)
            let (found, foundLength) = UTF8Text.scalar(text, at: position)
            guard wanted == found || (folded && CaseFolding.fold(wanted) == CaseFolding.fold(found)) else { return false }
            place += wantedLength
            position += foundLength
        }
        return true
    }

    // MARK: What is left to try

    private mutating func push(_ entry: Entry) throws(ExtractionFailure) {
        guard stack.count < Self.maximumEntries else {
            throw ExtractionFailure(.tooMuch, "the search needs more than 128 MiB of memory; use a shorter expression or a shorter text")
        }
        stack.append(entry)
    }

    /// The next way to try; `nil` when none is left above `base`.
    private mutating func backtrack(to base: Int) -> Entry? {
        while stack.count > base, let entry = stack.popLast() {
            if entry.target >= 0 { return entry }
            slots[~entry.target] = entry.value
        }
        return nil
    }

    /// After a success: no other way is tried any more, but what the way has set must still be undone if it fails further on.
    private mutating func keepRestoring(from base: Int) {
        var kept = base
        for index in base..<stack.count where stack[index].target < 0 {
            stack[kept] = stack[index]
            kept += 1
        }
        stack.removeLast(stack.count - kept)
    }
}
