import FoundationEssentials
import HTTPTypes
import JSON
import JobModel
import MessageBus
import Messages
import TestSupport
import Testing

@testable import TemplateAPICore

@Suite(.timeLimit(.minutes(1))) struct DiagnosisTests {
    /// Everything is well.
    private let healthy = Diagnosis(
        isBrokerConnected: true,
        services: [
            .init(name: "scheduler", condition: ["unsentMessages": 3, "diskFreeBytes": 50_000_000_000, "diskTotalBytes": 100_000_000_000])
        ], workers: [["name": "one", "status": "alive", "instanceCount": 5]],
        stuck: ["stuckInstances": 0, "stuck": [], "unarchivedInstances": 2], nodes: ["healthy": 9, "late": 0, "lost": 0])

    private func kinds(_ change: (inout Diagnosis) -> Void) -> [String] {
        var diagnosis = healthy
        change(&diagnosis)
        return diagnosis.findings.map { "\($0.severity.rawValue) \($0.kind.rawValue) \($0.subject)" }
    }

    @Test func nothingIsFoundWhereNothingIsWrong() throws {
        #expect(kinds { _ in } == [])
        #expect(try JSONValue(json: healthy.encoded())["status"]?.text == "ok")
    }

    @Test func whatIsWrongIsFound() throws {
        #expect(kinds { $0.services[0].condition = nil } == ["problem serviceSilent scheduler"])
        #expect(
            kinds { $0.services[0].condition = ["diskFreeBytes": 1_000_000, "diskTotalBytes": 9_000_000_000] }
                == ["problem diskLow scheduler"])
        #expect(
            kinds { $0.services[0].condition = ["diskFreeBytes": 4_000_000_000, "diskTotalBytes": 100_000_000_000] }
                == ["problem diskLow scheduler"])
        #expect(kinds { $0.services[0].condition = ["unsentMessages": 5000] } == ["problem messagesUnsent scheduler"])
        #expect(kinds { $0.workers = [] } == ["problem noWorker orchestrator-worker"])
        let lost: JSONValue = ["name": "two", "status": "lost", "instanceCount": 2, "lastHeartbeatAt": "2026-01-01T00:00:00Z"]
        let idle: JSONValue = ["name": "three", "status": "lost", "instanceCount": 0]
        #expect(kinds { $0.workers? += [lost, idle] } == ["problem workerLost two", "note workerLost three"])
        #expect(
            kinds { $0.workers = [lost] } == ["problem noWorker orchestrator-worker", "problem workerLost two"])
        #expect(
            kinds { $0.stuck = ["stuckInstances": 3, "stuck": [["id": "i", "since": "2026-01-01T00:00:00Z", "reason": "why"]]] }
                == ["problem instanceStuck i", "problem instanceStuck 2 more"])
        #expect(kinds { $0.stuck = ["unarchivedInstances": 100] } == ["problem instancesUnarchived result-collector"])
        #expect(kinds { $0.nodes = ["late": 1, "lost": 2] } == ["note nodesLost nodes"])
    }

    @Test func withoutTheBrokerNobodyIsCalledSilent() {
        let found = kinds { diagnosis in
            diagnosis.isBrokerConnected = false
            diagnosis.services[0].condition = nil
            diagnosis.workers = nil
            diagnosis.stuck = nil
            diagnosis.nodes = nil
        }
        #expect(found == ["problem brokerDisconnected broker"])
    }

    @Test func theEndpointAsksEverybody() async throws {
        let bench = try await Bench()
        let collector = try await StubService(.collector, on: bench.broker) { question in
            switch question.type {
            case "query.workers": #"{"items":[{"name":"one","status":"alive","instanceCount":1}],"pagination":{}}"#
            case "query.stuck-instances": #"{"item":{"liveInstances":1,"stuckInstances":0,"stuck":[]}}"#
            default: #"{"item":{"unsentMessages":0}}"#
            }
        }
        let resolver = try await StubService(.nodeResolver, on: bench.broker) { question in
            question.type == "query.node-health" ? #"{"item":{"healthy":1,"late":0,"lost":0}}"# : #"{"item":{}}"#
        }
        try await bench.serve { (client: Client) async throws in
            #expect(try await client.send(.get, "/v1/diagnosis", token: nil).status == 401)
            let item = try #require(try await client.get("/v1/diagnosis").item)
            #expect(item["status"]?.text == "degraded")
            #expect(item["workers"]?.elements?.count == 1)
            #expect(item["instances"]?["liveInstances"]?.int == 1)
            #expect(item["nodes"]?["healthy"]?.int == 1)
            let services = (item["services"]?.elements ?? []).map { "\($0["name"]?.text ?? "") \($0["status"]?.text ?? "")" }
            #expect(
                services == [
                    "template-api reachable", "node-resolver reachable", "result-collector reachable", "scheduler unreachable",
                ])
            let findings = item["findings"]?.elements ?? []
            #expect(findings.map { $0["kind"]?.text } == ["serviceSilent"])
            #expect(findings.first?["advice"]?.text?.contains("Start scheduler") == true)
        }
        _ = (collector, resolver)
    }
}
