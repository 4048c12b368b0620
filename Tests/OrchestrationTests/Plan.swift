import FoundationEssentials
import JobModel
import Messages

@testable import WorkerCore

/// SplitMix64 (public domain, Sebastiano Vigna): the same seed, the same plan and the same accidents.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func uuid() -> UUID {
        let high = next()
        let low = next()
        func byte(_ value: UInt64, _ place: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> (place * 8)) }
        return UUID(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3), byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3), byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
            ))
    }

    mutating func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }
}

/// So many, or a share.
private func randomQuantity(_ chance: inout Chance, upTo most: Int) -> Quantity {
    chance.happens(0.5)
        ? Quantity(.number, Int.random(in: 0...most, using: &chance)) : Quantity(.percent, Int.random(in: 0...100, using: &chance))
}

/// A random job on random groups.
func randomTemplate(_ chance: inout Chance, nodes: Int) -> JobTemplate {
    let groups = (0..<Int.random(in: 1...4, using: &chance)).map { _ in
        let count = chance.happens(0.1) ? 0 : Int.random(in: 1...nodes, using: &chance)
        let size =
            chance.happens(0.5)
            ? Quantity(.number, Int.random(in: 1...8, using: &chance)) : Quantity(.percent, Int.random(in: 1...100, using: &chance))
        let criteria =
            chance.happens(0.4)
            ? []
            : [SuccessCriterion(status: chance.happens(0.7) ? .success : .failure, numRuns: randomQuantity(&chance, upTo: nodes))]
        return NodeGroup(
            timeoutSeconds: Int.random(in: 5...60, using: &chance), batchSize: size,
            distributionMethod: chance.happens(0.5) ? .rolling : .batching, successCriteria: criteria,
            selector: .nodes((0..<count).map { _ in chance.uuid() }))
    }
    let target = Target(
        executionType: chance.happens(0.5) ? .sequential : .parallel, groups: groups,
        maxFailures: chance.happens(0.2) ? randomQuantity(&chance, upTo: 5) : nil)
    let step = Step(name: "step", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]))
    return JobTemplate(name: "job", target: target, actions: Actions(steps: [step]))
}
