import FoundationEssentials
import JSON
import JobModel
import Messages
import ServiceKit
import Testing

@testable import NodeResolverCore

@Suite struct CheckInTests {
    @Test func theFirstOneSaysWhatTheNodeIs() throws {
        var desk = Desk.withNodes(1)
        desk.now = start + .seconds(2)
        desk.checkIn(1, version: "2.1", attributes: ["os": "linux", "hostname": "renamed"])
        let node = try #require(desk.state.nodes[id(1)])
        #expect(node.runnerVersion == "2.1")
        #expect(node.hostname == "renamed")
        #expect(node.attributes["agent"] == ["os": "linux", "hostname": "renamed"])
        #expect(node.skills == ["shell": ["1.0"]])
        #expect(node.lastCheckInAt == desk.now)
    }

    @Test func onlyWhatChangedIsJournaled() {
        var desk = Desk.withNodes(1)
        desk.checkIn(1)
        desk.now = start + .seconds(5)
        desk.checkIn(1, version: "1.1")
        var changes = CheckInChanges()
        changes.runnerVersion = "1.1"
        #expect(desk.effects.events == [.checkedIn(id(1), at: desk.now, changes)])
    }

    @Test func theTimeAloneIsJournaledOnceAMinute() {
        var desk = Desk.withNodes(1)
        var journaled: [Int] = []
        for second in stride(from: 0, to: 300, by: 7) {
            desk.now = start + .seconds(second)
            desk.checkIn(1)
            if !desk.effects.events.isEmpty { journaled.append(second) }
        }
        #expect(journaled == [0, 63, 126, 182, 245])
    }

    @Test func aRunnerThatIsALittleEarlyIsNotLeftOut() {
        var desk = Desk.withNodes(1)
        for minute in 0..<10 {
            desk.now = start + .seconds(30) + .milliseconds(minute * 59_900)
            desk.checkIn(1)
            #expect(desk.state.nodes[id(1)]?.lastCheckInAt == desk.now)
        }
    }

    @Test func anUnknownNodeIsIgnoredAndCounted() {
        var desk = Desk.withNodes(1)
        desk.checkIn(9)
        desk.checkIn(9)
        #expect(desk.effects.isEmpty)
        #expect(desk.state.nodes.count == 1)
        #expect(desk.ignoredCheckIns == 2)
    }

    @Test func anArchivedNodeComesBack() {
        var desk = Desk.withNodes(1)
        desk.checkIn(1)
        desk.tell(.archive(id(1)))
        #expect(desk.state.nodes[id(1)]?.status == .archived)
        desk.tell(.archive(id(1)))
        #expect(desk.effects.isEmpty)
        desk.checkIn(1)
        #expect(desk.state.nodes[id(1)]?.status == .enrolled)
        #expect(desk.tell(.archive(id(9))).refusal == 404)
    }

    @Test(
        arguments: [
            (0, .healthy), (180, .healthy), (181, .late), (900, .late), (901, .lost), (-60, .healthy),
        ] as [(Int, NodeHealth)])
    func healthFollowsFromSilence(seconds: Int, health: NodeHealth) {
        var desk = Desk.withNodes(1)
        desk.now = start + .seconds(3600)
        desk.checkIn(1)
        #expect(desk.state.nodes[id(1)]?.health(at: desk.now + .seconds(seconds)) == health)
    }

    @Test func anEnrolmentCountsAsBeingHeard() {
        let desk = Desk.withNodes(1)
        #expect(desk.state.nodes[id(1)]?.health(at: start + .seconds(180)) == .healthy)
        #expect(desk.state.nodes[id(1)]?.health(at: start + .seconds(901)) == .lost)
    }
}
