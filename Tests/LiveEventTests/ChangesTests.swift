import FoundationEssentials
import JSON
import JobModel
import Messages
import Testing

@testable import CollectorCore

/// What the collector says has changed, without anything between it and whoever follows.
@Suite struct ChangesTests {
    @Test func aFollowerWithNothingGetsTheWholeState() throws {
        let play = Play(nodes: 3)
        var ledger = Ledger()
        ledger.tell(play.beginning)
        ledger.tell(play.report(1, .running, step: .running, output: [play.chunk("one\n", at: 0)]))
        let changes = try ledger.changes(play.query())
        #expect(changes.events.map(\.name) == ["snapshot", "run", "run", "output", "step", "run"])
        #expect(!changes.isOver && !changes.hasMore)
        #expect(changes.events.first?.revision == nil)
        #expect(changes.events.last?.revision == changes.revision)
        let again = try ledger.changes(play.query(since: changes.revision))
        #expect(again == InstanceChanges(revision: changes.revision))
    }

    @Test func onlyWhatChangedIsTold() throws {
        let play = Play(nodes: 2)
        var ledger = Ledger()
        ledger.tell(play.beginning)
        let before = try ledger.changes(play.query()).revision
        // A report that comes twice changes nothing the second time.
        for _ in 1...2 { ledger.tell(play.report(0, .running, output: [play.chunk("a", at: 0)])) }
        let changes = try ledger.changes(play.query(since: before))
        #expect(changes.events.map(\.name) == ["instance", "output", "run"])
        #expect(changes.revision == before + 2)
        ledger.tell(play.report(0, .running, output: [play.chunk("b", at: 1)]))
        // Counts are as they were.
        #expect(try ledger.changes(play.query(since: changes.revision)).events.map(\.name) == ["output"])
    }

    private static let kinds: [(kinds: Set<ChangeKind>, events: [String])] = [
        ([.instance], ["instance"]), ([.run], ["run"]), ([.step], ["step"]), ([.output], ["output"]),
        ([.run, .output], ["output", "run"]),
        ([.instance, .run, .step, .output], ["instance", "output", "step", "run"]),
    ]

    @Test(arguments: kinds) func kindsAreWhatIsAskedFor(kinds: Set<ChangeKind>, expected: [String]) throws {
        let play = Play(nodes: 1)
        var ledger = Ledger()
        ledger.tell(play.beginning)
        let before = try ledger.changes(play.query(kinds)).revision
        ledger.tell(play.report(0, .running, step: .running, output: [play.chunk("a", at: 0)]))
        let changes = try ledger.changes(play.query(since: before, kinds))
        #expect(changes.events.map(\.name) == expected)
        // Whoever wants to know little is as far as whoever wants to know all.
        #expect(changes.events.last?.revision == changes.revision && changes.revision == ledger.state.live[play.id]?.revision)
    }

    @Test func oneRunIsFollowedToItsEnd() throws {
        let play = Play(nodes: 2)
        var ledger = Ledger()
        ledger.tell(play.beginning)
        ledger.tell(play.report(1, .running, output: [play.chunk("other", at: 0)]))
        ledger.tell(play.report(0, .running, output: [play.chunk("mine", at: 0)]))
        let query = play.query([.run, .output], run: play.run(0))
        var told = Told()
        try told.take(try ledger.changes(query).events)
        #expect(told.text(of: play.run(0)) == "mine" && told.text(of: play.run(1)) == "" && !told.isOver)
        ledger.tell(play.report(0, .failure))
        let last = try ledger.changes(play.query(since: told.lastID, [.run, .output], run: play.run(0)))
        #expect(last.isOver && last.events.map(\.name) == ["run", "end"])
        #expect(try JSONValue(json: last.events[1].data)["status"]?.text == "failure")
    }

    @Test func aRevisionOfAnotherPastBeginsAnew() throws {
        let play = Play(nodes: 1)
        var ledger = Ledger()
        ledger.tell(play.beginning)
        #expect(try ledger.changes(play.query(since: 1_000_000)).events.map(\.name) == ["snapshot", "run"])
    }

    @Test func whatIsOverSaysSoToEverybody() throws {
        let play = Play(nodes: 2)
        var ledger = Ledger()
        ledger.tell(play.beginning)
        ledger.tell([play.report(0, .success, output: [play.chunk("done", at: 0)]), play.report(1, .success), play.ended()])
        for record in [try #require(ledger.state.live[play.id]), try ledger.archived(play.id)] {
            let fresh = record.changes(for: play.query()).answer
            #expect(fresh.isOver && fresh.events.last?.name == "end" && fresh.events.first?.name == "snapshot")
            let end = try JSONValue(json: #require(fresh.events.last).data)
            #expect(end["status"]?.text == "success" && end["counts"]?["success"]?.int == 2)
            // Whoever has all is told the end again.
            #expect(record.changes(for: play.query(since: fresh.revision)).answer.events.map(\.name) == ["end"])
        }
        #expect(try ledger.archived(play.id).revision == ledger.state.live[play.id]?.revision)
    }

    @Test func whatWasKeptBeforeThereWereRevisionsIsToldWhole() throws {
        let play = Play(nodes: 2)
        var ledger = Ledger()
        ledger.tell(play.beginning)
        ledger.tell(play.report(0, .running, step: .running, output: [play.chunk("a", at: 0), play.chunk("b", at: 1)]))
        var old = try JSONValue(json: #require(ledger.state.live[play.id]).encoded()).members ?? [:]
        old["revision"] = nil
        old["runs"] = .array((old["runs"]?.elements ?? []).map { .object(($0.members ?? [:]).filter { $0.key != "marks" }) })
        var told = Told()
        var since: Int?
        repeat {
            let limits = InstanceRecord.ChangeLimits(parts: 1, bytes: 1 << 20)
            let changes = try InstanceRecord(json: JSONValue.object(old).encoded()).changes(for: play.query(since: since), limits: limits)
                .answer
            try told.take(changes.events)
            guard changes.hasMore else { break }
            since = changes.revision
        } while true
        #expect(told.text(of: play.run(0)) == "ab" && told.repeats == 0 && told.disorder == 0)
        #expect(told.runs.count == 2 && told.steps.count == 1)
    }

    /// Runs report in any order, the follower asks when it likes, is cut off within answers and resumes by the last id it has, and the collector is
    /// restarted from its journal or a snapshot meanwhile.
    @Test(arguments: 0..<20) func aFollowerMissesNothingAndGetsNothingTwice(seed: Int) throws {
        var random = Chance(UInt64(seed))
        let play = Play(nodes: 4)
        var ledger = Ledger()
        var told = Told()
        var written = Array(repeating: "", count: play.nodes.count)
        ledger.tell(play.beginning)
        for step in 0..<40 {
            let run = Int.random(in: play.nodes.indices, using: &random)
            let isOver = ledger.state.live[play.id]?.runs[run].status.isTerminal ?? true
            if !isOver {
                let text = String(repeating: "x", count: Int.random(in: 0...3, using: &random))
                let output = text.isEmpty ? [] : [play.chunk(text, at: written[run].utf8.count)]
                written[run] += text
                let status: RunStatus = Int.random(in: 0..<20, using: &random) == 0 ? .success : step < 5 ? .received : .running
                let input = play.report(run, status, step: status.isTerminal ? .success : .running, output: output)
                for _ in 0...Int.random(in: 0...1, using: &random) { ledger.tell(input) }
            }
            if Int.random(in: 0..<8, using: &random) == 0 { try ledger.restart(fromSnapshot: Bool.random(using: &random)) }
            if Bool.random(using: &random) { try Self.follow(play, &ledger, &told, cutOff: true, using: &random) }
        }
        for run in play.nodes.indices { ledger.tell(play.report(run, .success, step: .success)) }
        ledger.tell(play.ended())
        while !told.isOver { try Self.follow(play, &ledger, &told, cutOff: false, using: &random) }
        for run in play.nodes.indices {
            #expect(told.text(of: play.run(run)) == written[run])
            #expect(told.runs[play.run(run).uuidString.lowercased()] == "success")
            #expect(told.steps[play.run(run).uuidString.lowercased()] == "success")
        }
        #expect(told.repeats == 0 && told.disorder == 0 && told.snapshots >= 1)
        #expect(told.instance?["counts"]?["success"]?.int == play.nodes.count)
        #expect(told.instance?["status"]?.text == "success")
    }

    private static func follow(
        _ play: Play, _ ledger: inout Ledger, _ told: inout Told, cutOff: Bool, using random: inout Chance
    ) throws {
        let limits = InstanceRecord.ChangeLimits(parts: Int.random(in: 1...4, using: &random), bytes: 1 << 16)
        let changes = try ledger.changes(play.query(since: told.lastID), limits: limits)
        #expect(changes.events.count <= limits.parts + 2)
        let count = cutOff ? Int.random(in: 0...changes.events.count, using: &random) : changes.events.count
        try told.take(changes.events.prefix(count))
        #expect(cutOff || told.lastID == changes.revision)
    }
}

/// SplitMix64 (public domain, Sebastiano Vigna).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
