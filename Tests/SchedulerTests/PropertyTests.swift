import FoundationEssentials
import JobModel
import Messages
import Testing

@testable import SchedulerCore

/// A history by chance: jobs come, change, pause and end, the clock jumps, the process dies; scheduler and naive expectation side by side.
private struct History {
    var bench = Bench()
    var naive = NaiveScheduler()
    var random: SeededRandom
    var versions: [UUID: Int] = [:]
    /// Arrears may be left over when the next thing happens. What is performed of them depends on it then; that each is recorded once does not.
    let isHasty: Bool

    init(seed: UInt64, isHasty: Bool) throws {
        random = SeededRandom(seed: seed)
        self.isHasty = isHasty
        // Never a whole second: an immediate instance is not to be named like an occurrence.
        bench.now = bench.now + .microseconds(137)
    }

    mutating func run(steps: Int) throws {
        for _ in 0..<3 { try put(random.id()) }
        for _ in 0..<steps {
            if random.chance(35) { jump() }
            if random.chance(60) { try act() }
            try settle()
            if random.chance(70) { try pass() }
            if random.chance(20) { try bench.restart(fromSnapshot: random.chance(50)) }
        }
        try bench.drain()
        naive.judgeAll(at: bench.now)
    }

    private mutating func jump() {
        let seconds = random.chance(25) ? -random.number(1...3000) : random.number(1...(random.chance(50) ? 100 : 5000))
        bench.now = bench.now + .milliseconds(seconds * 1000 + random.number(0...999))
    }

    private mutating func settle() throws {
        naive.judgeAll(at: bench.now)
        if isHasty, random.chance(50) { try bench.wake() } else { try bench.drain() }
    }

    private mutating func pass() throws {
        let duration = Duration.milliseconds(random.number(1...900_000))
        naive.judgeAll(at: bench.now)
        try bench.drain()
        naive.pass(until: bench.now + duration)
        try bench.pass(duration)
    }

    private mutating func act() throws {
        guard let id = versions.keys.sorted(by: { $0.uuidString < $1.uuidString }).randomElement(using: &random) else { return }
        switch random.number(1...10) {
        case 1, 2:
            naive.halt(id, .paused, at: bench.now)
            try bench.control(id, .pause)
        case 3, 4, 5:
            naive.resume(id, at: bench.now)
            try bench.control(id, .resume)
        case 6 where random.chance(40):
            naive.halt(id, .cancelled, at: bench.now)
            try bench.control(id, .cancel)
        case 7: try put(random.id())
        default: try put(id)
        }
    }

    private mutating func put(_ id: UUID) throws {
        let template = JobTemplate.due(
            rule(), exceptions: random.chance(40) ? [ExceptionRule(rrule: "RRULE:FREQ=MINUTELY;INTERVAL=17", duration: 5)] : [],
            missed: MissedPolicy(
                action: MissedPolicy.Action.allCases.randomElement(using: &random) ?? .skip,
                windowSeconds: random.number(0...4000)))
        let delay = isHasty || random.chance(50) ? 0 : random.number(-1500...3000)
        let accepted = bench.now - .milliseconds(delay)
        versions[id, default: 0] += 1
        naive.put(id, template, acceptedAt: accepted, at: bench.now)
        try bench.put(id, version: versions[id] ?? 0, acceptedAt: accepted, template)
        if random.chance(20) { try bench.put(id, version: random.number(0...(versions[id] ?? 0)), .due("immediate")) }
    }

    private mutating func rule() -> String {
        if random.chance(10) { return "immediate" }
        let start = random.chance(30) ? "DTSTART:20251231T2359\(random.number(10...59))Z\n" : ""
        let base = ["SECONDLY;INTERVAL=\(random.number(7...2000))", "MINUTELY;INTERVAL=\(random.number(1...30))", "HOURLY;BYMINUTE=5,40"]
        let end = random.chance(40) ? ";COUNT=\(random.number(1...60))" : ""
        return "\(start)RRULE:FREQ=\(base.randomElement(using: &random) ?? "DAILY")\(end)"
    }
}

@Suite(.timeLimit(.minutes(5))) struct PropertyTests {
    private func check(_ seed: UInt64, isHasty: Bool) throws {
        var history = try History(seed: seed, isHasty: isHasty)
        try history.run(steps: 30)
        let (bench, naive) = (history.bench, history.naive)
        let place = "seed \(seed), hasty \(isHasty)"

        let created = Dictionary(grouping: bench.created, by: \.instance.instanceID)
        #expect(created.values.allSatisfy { $0.count == 1 }, "an instance was recorded twice: \(place)")
        #expect(naive.repeated.isEmpty, "the expectation is at odds with itself: \(place)")
        #expect(Set(created.keys) == Set(naive.outcomes.keys), "\(place)")
        let scheduled = bench.created.filter { $0.status == .scheduled }.map(\.instance)
        #expect(bench.started.map(\.instance) == scheduled, "\(place)")
        for (id, revisions) in Dictionary(grouping: bench.changed, by: \.jobID).mapValues({ $0.map(\.revision) }) {
            #expect(revisions == Array(1...revisions.count), "\(place)")
            #expect(bench.state.status(of: id) == naive.jobs[id]?.status, "\(place)")
        }
        guard !isHasty else { return }
        for (id, messages) in created {
            #expect(messages[0].word == naive.outcomes[id], "\(messages[0].instance.scheduledAt), \(place)")
        }
    }

    @Test func everyOccurrenceIsJudgedOnceAsExpected() async throws {
        for seed in 0..<Self.histories {
            try check(seed, isHasty: false)
            await Task.yield()
        }
    }

    @Test func everyOccurrenceIsJudgedOnceWhateverComesBetween() async throws {
        for seed in 0..<Self.histories {
            try check(1_000_000 + seed, isHasty: true)
            await Task.yield()
        }
    }

    /// More for a long run: `SCHEDULER_HISTORIES=2000`.
    private static let histories = ProcessInfo.processInfo.environment["SCHEDULER_HISTORIES"].flatMap(UInt64.init) ?? 10
}
