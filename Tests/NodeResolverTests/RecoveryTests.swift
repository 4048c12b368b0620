import FoundationEssentials
import JSON
import JobModel
import Messages
import ServiceKit
import Testing

@testable import NodeResolverCore

@Suite struct RecoveryTests {
    /// A long day at the desk, the same one for the same seed.
    private func day(seed: UInt64) -> Desk {
        var random = seed
        func draw(_ bound: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % bound
        }
        var desk = Desk()
        for step in 0..<250 {
            desk.now = desk.now + .seconds(Int(draw(90)))
            let machine = UInt8(draw(12))
            let key = draw(4)
            switch draw(14) {
            case 10:
                desk.tell(.setAttributes(id(UInt8(truncatingIfNeeded: step / 2)), ["tags": ["env": .string("\(draw(3))")], "x": .null]))
            case 11: _ = desk.saveFilter("filter-\(draw(4))", "tags.env = \(draw(3))", as: UInt8(truncatingIfNeeded: step))
            case 12: _ = desk.saveList("list-\(draw(4))", desk.state.nodes.keys.map(\.uuid.15), as: UInt8(truncatingIfNeeded: step))
            case 13:
                if let filter = desk.state.filters.keys.first { desk.tell(.deleteFilter(filter)) }
                if let list = desk.state.lists.keys.first, draw(3) == 0 { desk.tell(.deleteList(list)) }
            case 0: desk.makeKey("key-\(key)", token: "token-\(key)-\(draw(2))", uses: draw(2) == 0 ? nil : Int(draw(4)) + 1)
            case 1: if draw(5) == 0 { desk.tell(.deleteKey("key-\(key)")) }
            case 2: if draw(3) == 0 { desk.tell(.delete(desk.state.node(ofMachine: "machine-\(machine)")?.id ?? id(255))) }
            case 3: desk.tell(.archive(desk.state.node(ofMachine: "machine-\(machine)")?.id ?? id(255)))
            case 4: if let node = desk.state.removals.first { desk.tell(.accountRemoved(node)) }
            case 5, 6: desk.enrol(UInt8(truncatingIfNeeded: step), token: "token-\(key)-\(draw(2))", as: machine)
            default:
                let node = desk.state.node(ofMachine: "machine-\(machine)")?.id.uuid.15 ?? 255
                desk.checkIn(node, version: "\(draw(3))", attributes: ["hostname": "host-\(draw(5))"])
            }
        }
        return desk
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func journalAndSnapshotLeadToTheSameState(seed: UInt64) throws {
        let desk = day(seed: seed)
        #expect(!desk.state.keys.isEmpty)
        expectSame(try replay(desk.journal), desk.state)
        expectSame(try replay(desk.state.snapshot()), desk.state)
    }

    @Test func everyEventSurvivesItsBytes() throws {
        var seen: Set<String> = []
        for seed in 0..<20 as Range<UInt64> {
            for event in day(seed: seed).journal { seen.insert("\(event)".prefix { $0 != "(" }.description) }
        }
        #expect(
            seen == [
                "nodeStored", "checkedIn", "archived", "deleted", "accountRemoved", "keyStored", "keyUsed", "keyRevoked", "attributesSet",
                "filterStored", "filterDeleted", "listStored", "listDeleted",
            ])
    }

    @Test func whatIsToldTwiceChangesNothingTheSecondTime() {
        var desk = Desk.withNodes(2)
        desk.checkIn(1)
        let known = desk.state
        desk.checkIn(1)
        desk.tell(.accountRemoved(id(1)))
        #expect(desk.effects.isEmpty)
        expectSame(desk.state, known)
    }
}
