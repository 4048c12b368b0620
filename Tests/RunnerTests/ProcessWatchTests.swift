import Testing

@testable import RunnerCore

/// The life of one process as the runner decides it, without any process.
@Suite struct ProcessWatchTests {
    typealias Action = ProcessWatch.Action

    enum Event: Sendable {
        case exited
        case streamsEnded
        case stop(ProcessOutcome.Stop)
        case tick
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var timeout: Duration? = .seconds(10)
        /// Milliseconds after the start, what happens, and what is to be done.
        var events: [(Int, Event, [Action])]
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "ends by itself, streams first",
            events: [(5, .streamsEnded, []), (6, .exited, [.killGroup, .finish(nil)]), (10_000, .tick, [])]),
        Case(name: "ends by itself, exit first", events: [(5, .exited, []), (6, .streamsEnded, [.killGroup, .finish(nil)])]),
        Case(
            name: "a child holds the streams for a while",
            events: [(5, .exited, []), (504, .tick, []), (504, .streamsEnded, [.killGroup, .finish(nil)])]),
        Case(
            name: "a child holds the streams for too long",
            events: [(5, .exited, []), (505, .tick, [.killGroup, .killEscaped]), (506, .streamsEnded, [.killGroup, .finish(nil)])]),
        Case(
            name: "a child that cannot be killed holds the streams",
            events: [(5, .exited, []), (505, .tick, [.killGroup, .killEscaped]), (1005, .tick, [.killGroup, .finish(nil)])]),
        Case(
            name: "too long, obeys TERM",
            events: [
                (9999, .tick, []), (10_000, .tick, [.terminateGroup]), (10_010, .streamsEnded, []),
                (10_011, .exited, [.killGroup, .finish(.timeout)]),
            ]),
        Case(
            name: "too long, ignores TERM",
            events: [
                (10_000, .tick, [.terminateGroup]), (14_999, .tick, []), (15_000, .tick, [.killGroup, .killEscaped]), (15_001, .exited, []),
                (15_002, .streamsEnded, [.killGroup, .finish(.timeout)]),
            ]),
        Case(
            name: "too long, obeys TERM, but a child does not",
            events: [
                (10_000, .tick, [.terminateGroup]), (10_001, .exited, []), (10_501, .tick, [.killGroup, .killEscaped]),
                (10_502, .streamsEnded, [.killGroup, .finish(.timeout)]),
            ]),
        Case(name: "no limit", timeout: nil, events: [(86_400_000, .tick, []), (86_400_001, .streamsEnded, [])]),
        Case(
            name: "cancelled",
            events: [
                (5, .stop(.cancelled), [.terminateGroup]), (6, .stop(.timeout), []), (7, .streamsEnded, []),
                (8, .exited, [.killGroup, .finish(.cancelled)]),
            ]),
        Case(
            name: "cancelled when it was already over",
            events: [
                (5, .exited, []), (6, .stop(.cancelled), [.killGroup, .killEscaped]), (7, .streamsEnded, [.killGroup, .finish(nil)]),
            ]),
        Case(
            name: "cancelled, then its time limit passes",
            events: [(9999, .stop(.cancelled), [.terminateGroup]), (10_000, .tick, []), (14_999, .tick, [.killGroup, .killEscaped])]),
        Case(
            name: "nothing happens after the end",
            events: [
                (5, .streamsEnded, []), (6, .exited, [.killGroup, .finish(nil)]), (7, .exited, []), (8, .streamsEnded, []),
                (9, .stop(.cancelled), []), (20_000, .tick, []),
            ]),
    ]

    static func tell(_ watch: inout ProcessWatch, _ event: Event, at now: ContinuousClock.Instant) -> [Action] {
        switch event {
        case .exited: watch.exited(at: now)
        case .streamsEnded: watch.streamsEnded(at: now)
        case .stop(let stop): watch.stop(stop, at: now)
        case .tick: watch.tick(at: now)
        }
    }

    @Test(arguments: cases)
    func decides(_ testCase: Case) {
        let start = ContinuousClock.now
        var watch = ProcessWatch(limits: ProcessLimits(timeout: testCase.timeout), startedAt: start)
        for (index, (milliseconds, event, expected)) in testCase.events.enumerated() {
            let actions = Self.tell(&watch, event, at: start + .milliseconds(milliseconds))
            #expect(actions == expected, "event \(index + 1), \(event) at \(milliseconds) ms")
        }
    }

    /// Whatever happens in whatever order: the end is said once, after the group was killed, and comes when process and streams have ended.
    @Test(arguments: 0..<500)
    func endsOnceAndAlways(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let start = ContinuousClock.now
        var now = start
        var watch = ProcessWatch(limits: ProcessLimits(timeout: Bool.random(using: &random) ? .seconds(1) : nil), startedAt: start)
        var actions: [Action] = []
        for _ in 0..<Int.random(in: 0..<20, using: &random) {
            now += .milliseconds(Int.random(in: 0..<800, using: &random))
            let event: Event = [.tick, .stop(.cancelled), .stop(.timeout), .streamsEnded].randomElement(using: &random) ?? .tick
            actions += Self.tell(&watch, event, at: now)
        }
        actions += watch.exited(at: now)
        while let deadline = watch.nextDeadline { actions += watch.tick(at: deadline) }
        let ends = actions.indices.filter { if case .finish = actions[$0] { true } else { false } }
        #expect(ends.count == 1)
        #expect(ends.first == actions.indices.last)
        #expect(actions.dropLast().last == .killGroup)
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
