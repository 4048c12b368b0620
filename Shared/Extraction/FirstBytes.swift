/// The bytes that a match can begin with, so that a search passes quickly over the others.
struct FirstBytes: Sendable {
    private(set) var allowed: [Bool]
    /// A match may be empty: then it can begin anywhere.
    private var canBeEmpty: Bool

    /// The bytes for `node`; `nil` when a match can begin with anything.
    init?(_ node: RegexNode) {
        self.init(of: node)
        guard !canBeEmpty else { return nil }
    }

    private init(allowed: [Bool] = Array(repeating: false, count: 256), canBeEmpty: Bool) {
        self.allowed = allowed
        self.canBeEmpty = canBeEmpty
    }

    private init(of node: RegexNode) {
        switch node {
        case .empty, .assertion, .look, .backreference: self.init(canBeEmpty: true)
        case .scalar(let value, let folded): self.init(value, folded: folded)
        case .set(let set): self.init(set)
        case .capture(_, let node), .atomic(let node): self.init(of: node)
        case .loop(let node, let least, _, _):
            self.init(of: node)
            if least == 0 { canBeEmpty = true }
        case .sequence(let nodes):
            self.init(canBeEmpty: true)
            for node in nodes {
                guard canBeEmpty else { break }
                let next = FirstBytes(of: node)
                add(next)
                canBeEmpty = next.canBeEmpty
            }
        case .alternation(let nodes):
            self.init(canBeEmpty: false)
            for node in nodes {
                let next = FirstBytes(of: node)
                add(next)
                canBeEmpty = canBeEmpty || next.canBeEmpty
            }
        }
    }

    private init(_ value: UInt32, folded: Bool) {
        self.init(canBeEmpty: false)
        if let byte = Unicode.Scalar(value).flatMap({ String($0).utf8.first }) { allowed[Int(byte)] = true }
        guard folded else { return }
        for other in UInt32(0)..<128 where CaseFolding.fold(other) == CaseFolding.fold(value) { allowed[Int(other)] = true }
        allowNonASCII()
    }

    private init(_ set: ScalarSet) {
        self.init(canBeEmpty: false)
        for value in UInt32(0)..<128 where set.contains(value) { allowed[Int(value)] = true }
        allowNonASCII()
    }

    private mutating func allowNonASCII() {
        for byte in 128..<256 { allowed[byte] = true }
    }

    private mutating func add(_ other: FirstBytes) {
        for byte in 0..<256 where other.allowed[byte] { allowed[byte] = true }
    }
}
