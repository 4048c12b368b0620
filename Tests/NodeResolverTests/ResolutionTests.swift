import FoundationEssentials
import Hexadecimal
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit
import Testing

@testable import NodeResolverCore

@Suite struct ResolutionTests {
    /// Nodes 1 to 4, of which 3 is archived; 9 is unknown.
    private func desk() -> Desk {
        var desk = Desk.withNodes(4)
        desk.tell(.archive(id(3)))
        return desk
    }

    private func numbers(_ plan: InstancePlan) -> [[UInt8]] {
        plan.groups.map { $0.nodes.map(\.uuid.15) }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var groups: [[UInt8]]
        var nodes: [[UInt8]]
        var excluded: [[UInt8]]
    }

    @Test(arguments: [
        Case(testDescription: "the given order", groups: [[4, 1, 2]], nodes: [[4, 1, 2]], excluded: [[]]),
        Case(testDescription: "twice in a group", groups: [[2, 1, 2, 1]], nodes: [[2, 1]], excluded: [[]]),
        Case(testDescription: "in two groups", groups: [[1, 2], [2, 4, 1]], nodes: [[1, 2], [4]], excluded: [[], []]),
        Case(testDescription: "archived and unknown", groups: [[3, 1, 9]], nodes: [[3, 1, 9]], excluded: [[3, 9]]),
        Case(testDescription: "an unknown one twice", groups: [[9], [9, 1]], nodes: [[9], [1]], excluded: [[9], []]),
        Case(testDescription: "nothing", groups: [[], [1]], nodes: [[], [1]], excluded: [[], []]),
    ])
    func nodesByIdentifier(_ given: Case) {
        let plan = desk().state.plan(of: given.groups.map { .nodes($0.map(id)) }, at: start)
        #expect(numbers(plan) == given.nodes)
        #expect(plan.groups.map { $0.excluded.map(\.nodeID.uuid.15) } == given.excluded)
    }

    @Test func theReasonSaysWhyANodeGetsNoCommand() {
        let plan = desk().state.plan(of: [.nodes([id(3), id(9)])], at: start)
        #expect(plan.groups[0].excluded.map(\.reason) == ["the node is archived", "the node is unknown"])
    }

    @Test func filtersAndListsAreResolvedWhenAsked() throws {
        var desk = desk()
        desk.checkIn(2, attributes: ["os": "plan9", "hostname": "a-2"])
        let filterMade = desk.saveFilter("linux", #"os = "linux""#)
        let filter = try #require(filterMade)
        let listMade = desk.saveList("some", [3, 4, 1, 4])
        let list = try #require(listMade)
        let query: NodeSelector = .filter(["query": "hostname matches '^a|4$' or status = archived"])
        #expect(numbers(desk.state.plan(of: [query], at: start)) == [[2, 4]])
        let constraints: NodeSelector = .filter(["constraints": ["attributes": [["name": "os", "operator": "=", "value": ["plan9"]]]]])
        let plan = desk.state.plan(of: [constraints, .savedFilter(filter), .savedList(list)], at: start)
        // A list keeps its order; a node stands in the first group that means it; an archived one is named or not meant at all.
        #expect(numbers(plan) == [[2], [1, 4], [3]])
        #expect(plan.groups.map(\.note) == [#"filter: os = "plan9""#, #"saved filter 'linux': os = "linux""#, "saved list 'some'"])
        #expect(plan.groups[2].excluded == [ExcludedNode(nodeID: id(3), reason: "the node is archived")])
        // The same question has another answer when the nodes have changed.
        desk.checkIn(3, attributes: ["os": "linux"])
        #expect(numbers(desk.state.plan(of: [.savedFilter(filter)], at: start)) == [[1, 3, 4]])
        #expect(desk.state.plan(of: [.savedList(list)], at: start).groups[0].excluded.isEmpty)
    }

    @Test func aGroupWithoutNodesSaysWhy() throws {
        var desk = desk()
        let listMade = desk.saveList("empty", [])
        let list = try #require(listMade)
        let plan = desk.state.plan(
            of: [
                .savedFilter(id(200)), .savedList(id(201)), .savedList(list), .filter(["query": "os = beos"]), .filter(["query": "os ="]),
                .nodes([id(1)]), .filter(["query": .string("id = \(id(1).text)")]),
            ], at: start)
        #expect(numbers(plan) == [[], [], [], [], [], [1], []])
        let notes = plan.groups.map { $0.note ?? "" }
        #expect(notes[0] == "there is no saved filter \(id(200).text)" && notes[1] == "there is no saved list \(id(201).text)")
        #expect(notes[2] == "saved list 'empty': it is empty" && notes[3] == #"filter: os = "beos": no node"#)
        #expect(notes[4].hasPrefix("filter: it cannot be used: /query, line 1, column 5: expected a value"))
        #expect(notes[5].isEmpty && notes[6].hasSuffix("every node stands in an earlier group"))
    }

    @Test func theAnswerGoesToTheWorkersQueueAndChangesNothing() throws {
        var desk = desk()
        let question = NodesResolve(instanceID: id(7), worker: "w-1", epoch: 3, selectors: [.nodes([id(1)])])
        #expect(desk.tell(.resolve(question)) == nil)
        #expect(desk.effects.events.isEmpty)
        let message = try #require(desk.effects.messages.first)
        #expect(desk.effects.messages.count == 1)
        #expect(message.exchange.isEmpty)
        #expect(message.routingKey == "courier.worker.w-1")
        #expect(message.type == "nodes.resolved")
        let answer = try NodesResolved(json: message.body)
        #expect(answer == NodesResolved(instanceID: id(7), epoch: 3, plan: InstancePlan(groups: [.init(nodes: [id(1)])])))
    }
}

@Suite struct DeliveryTests {
    private let checkIn = NodeCheckIn(nodeID: id(1), at: start, runnerVersion: "1", attributes: [:], skills: [:])

    private func delivery(_ type: String, _ body: [UInt8], exchange: String = "", user: String? = nil) -> Delivery {
        Delivery(tag: 1, queue: Queues.nodeResolver, exchange: exchange, id: id(1), type: type, body: body, userID: user)
    }

    @Test func aNodeChecksInForItselfAlone() throws {
        let own = "node-\(id(1).uuidString.lowercased())"
        for user in [own] {
            let input = try ResolverInput(delivery(NodeCheckIn.name, checkIn.encoded(), exchange: Exchanges.nodes, user: user))
            guard case .checkIn(let found) = input else {
                Issue.record("found \(input)")
                return
            }
            #expect(found == checkIn)
        }
        for user in [nil, "node-2"] {
            #expect(throws: ForgedMessage.self) {
                try ResolverInput(delivery(NodeCheckIn.name, checkIn.encoded(), exchange: Exchanges.nodes, user: user))
            }
        }
    }

    @Test func aNodeCannotAskWhatOnlyAWorkerAsks() throws {
        let question = NodesResolve(instanceID: id(7), worker: "w", epoch: 0, selectors: []).encoded()
        _ = try ResolverInput(delivery(NodesResolve.name, question))
        #expect(throws: UnknownMessage.self) { try ResolverInput(delivery(NodesResolve.name, question, exchange: Exchanges.nodes)) }
    }

    @Test func whatIsTooLongOrSomethingElseIsRefused() {
        let long = [UInt8](repeating: UInt8(ascii: " "), count: ResolverInput.largestCheckIn + 1)
        #expect(throws: RefusedMessage.self) { try ResolverInput(delivery(NodeCheckIn.name, long)) }
        #expect(throws: JSONError.self) { try ResolverInput(delivery(NodeCheckIn.name, Array("{}".utf8))) }
        #expect(throws: UnknownMessage.self) { try ResolverInput(delivery("run.execute", Array("{}".utf8))) }
    }
}
