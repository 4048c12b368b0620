import FoundationEssentials
import Hexadecimal
import JSON
import JobModel
import Messages
import ServiceKit
import Testing

@testable import NodeResolverCore

@Suite struct SavedSelectionTests {
    @Test func aFilterIsMadeChangedAndDeleted() throws {
        var desk = Desk.withNodes(1)
        let madeMade = desk.saveFilter("a", "os = linux")
        let made = try #require(madeMade)
        desk.now = start + .seconds(60)
        desk.tell(.saveFilter(FilterSave(filterID: made, description: "all of them"), newID: id(1)))
        desk.tell(.saveFilter(FilterSave(filterID: made, filterName: "b", filter: ["query": "all"]), newID: id(1)))
        let filter = try #require(desk.state.filters[made])
        #expect(filter.name == "b" && filter.description == "all of them" && filter.filter == ["query": "all"])
        #expect(filter.createdAt == start && filter.updatedAt == desk.now)
        desk.tell(.saveFilter(try FilterSave(json: Array(#"{"id": "\#(made.uuidString)", "description": null}"#.utf8)), newID: id(1)))
        #expect(desk.state.filters[made]?.description == nil && desk.state.filters[made]?.name == "b")
        #expect(desk.tell(.deleteFilter(made)) == .deleted)
        #expect(desk.tell(.deleteFilter(made)).refusal == 404)
    }

    @Test func whatIsNoFilterIsRefusedWithItsPlace() {
        var desk = Desk.withNodes(1)
        _ = desk.saveFilter("taken", "all")
        let cases: [(FilterSave, Int, String)] = [
            (FilterSave(filterName: "x", filter: ["query": "os ="]), 422, "filter: /query, line 1, column 5: expected a value"),
            (FilterSave(filterName: "x", filter: ["constraints": ["skills": [1]]]), 422, "/constraints/skills/0"),
            (FilterSave(filterName: "x"), 422, "expected name and filter"), (FilterSave(filter: ["query": "all"]), 422, "expected name"),
            (FilterSave(filterName: "", filter: ["query": "all"]), 422, "name: expected 1 to 128 characters"),
            (FilterSave(filterName: "taken", filter: ["query": "all"]), 409, "named 'taken'"),
            (FilterSave(filterID: id(77), filterName: "x"), 404, "there is no saved filter"),
        ]
        for (message, status, reason) in cases {
            let reply = desk.tell(.saveFilter(message, newID: id(50)))
            #expect(reply.refusal == status && reply.reason.contains(reason), "\(reply.reason)")
            #expect(desk.effects.isEmpty)
        }
    }

    @Test func aListHoldsKnownNodesOnceAndLosesDeletedOnes() throws {
        var desk = Desk.withNodes(3)
        let listMade = desk.saveList("l", [3, 1, 3])
        let list = try #require(listMade)
        #expect(desk.state.lists[list]?.nodes == [id(3), id(1)])
        let unknown = desk.tell(.saveList(NodeListSave(listID: list, nodeIDs: [id(2), id(9)]), newID: id(1)))
        #expect(unknown.refusal == 422 && unknown.reason.contains(id(9).text))
        desk.tell(.delete(id(3)))
        #expect(desk.state.lists[list]?.nodes == [id(1)])
        desk.tell(.saveList(NodeListSave(listID: list, listName: "m", nodeIDs: []), newID: id(1)))
        #expect(desk.state.lists[list]?.name == "m" && desk.state.lists[list]?.nodes == [])
        #expect(desk.tell(.saveList(NodeListSave(listName: "m", nodeIDs: []), newID: id(1))).refusal == 409)
        #expect(desk.tell(.deleteList(list)) == .deleted && desk.state.lists.isEmpty)
    }

    @Test func attributesAreSetByMergePatch() {
        var desk = Desk.withNodes(1)
        desk.tell(.setAttributes(id(1), ["tags": ["env": "qa", "rack": "7"], "own": ["a": "b"]]))
        desk.tell(.setAttributes(id(1), ["tags": ["rack": .null, "env": "dev"], "own": .null]))
        #expect(desk.state.nodes[id(1)]?.attributes == ["agent": ["os": "linux"], "tags": ["env": "dev"]])
        desk.tell(.setAttributes(id(1), ["tags": ["env": "dev"]]))
        #expect(desk.effects.isEmpty)
        // Neither a check-in nor another enrolment touches them.
        desk.checkIn(1, attributes: ["os": "bsd"])
        desk.enrol(1)
        #expect(desk.state.nodes[id(1)]?.attributes["tags"] == ["env": "dev"])
        desk.tell(.setAttributes(id(1), ["tags": ["env": .null]]))
        #expect(desk.state.nodes[id(1)]?.attributes["tags"] == nil)
    }

    @Test func attributesOfTheWrongShapeAreRefused() {
        var desk = Desk.withNodes(1)
        let long = JSONValue.string(String(repeating: "x", count: 4097))
        let patches: [(JSONValue, String)] = [
            ("text", "expected an object"), (["agent": ["os": "x"]], "belongs to the node's runner"),
            (["a b": [:]], "namespace of 1 to 64"),
            (["tags": "x"], "attributes/tags: expected an object or null"),
            (["tags": ["a": 1]], "attributes/tags/a: expected a string or null"),
            (["tags": ["": "x"]], "names of 1 to 128 bytes"), (["tags": ["a": long]], "at most 4096 bytes"),
        ]
        for (patch, reason) in patches {
            let reply = desk.tell(.setAttributes(id(1), patch))
            #expect(reply.refusal == 422 && reply.reason.contains(reason), "\(reply.reason)")
        }
        #expect(desk.tell(.setAttributes(id(9), [:])).refusal == 404)
    }
}
