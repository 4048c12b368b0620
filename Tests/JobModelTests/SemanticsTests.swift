import JSON
import Testing

@testable import JobModel

/// One case of a file of `Fixtures/semantics`.
struct SemanticsCase: Sendable, CustomTestStringConvertible {
    let id: String
    let node: JSONNode

    var testDescription: String { id }

    static func load(_ file: String) -> [SemanticsCase] {
        let cases = try? Fixture.document("semantics/\(file).json")["cases"]?.elements
        return (cases ?? []).compactMap { node in node["id"]?.text.map { SemanticsCase(id: $0, node: node) } }
    }

    static let batches = load("batches")
    static let criteria = load("success-criteria")
    static let delays = load("retry-delays")
}

@Suite struct SemanticsTests {
    @Test func theVectorsAreThere() {
        #expect(SemanticsCase.batches.count == 20)
        #expect(SemanticsCase.criteria.count == 15)
        #expect(SemanticsCase.delays.count == 30)
    }

    @Test(arguments: SemanticsCase.batches)
    func batchesHaveTheSizeExpected(_ item: SemanticsCase) throws {
        let size = try decode(Quantity.self, item.node["batchSize"])
        let nodes = try #require(item.node["nodes"]?.elements?.count)
        #expect(size.batchSize(of: nodes) == item.node["expectedBatchSize"]?.integer)
    }

    /// Where the vectors are ambiguous: 0 means none at all (12), a timeout is a failure (13), no criteria mean that all must succeed (15).
    @Test(arguments: SemanticsCase.criteria)
    func criteriaAreJudgedAsExpected(_ item: SemanticsCase) throws {
        let criteria = try #require(item.node["successCriteria"]?.elements).map { try decode(SuccessCriterion.self, $0) }
        let runs = try #require(item.node["runs"])
        let unmet = criteria.firstUnmet(succeeded: try #require(runs["success"]?.integer), total: try #require(runs["total"]?.integer))
        let ours = ["success-12": false, "success-13": true, "success-15": false]
        #expect((unmet == nil) == (ours[item.id] ?? item.node["expected"]?.flag))
    }

    /// The strategies are read as a template's are. Fractional and negative exponents (25, 26) are refused; delays end at 86,399 s.
    @Test(arguments: SemanticsCase.delays)
    func delaysAreAsExpected(_ item: SemanticsCase) throws {
        let strategy = try #require(item.node["retryBackoffStrategy"])
        let findings = TemplateFindings { JSONPosition(line: 1, column: 1, offset: $0) }
        let backoff = RetryBackoff.read(TemplateValue(node: strategy, pointer: .root, findings: findings))
        if ["retry-25", "retry-26"].contains(item.id) {
            #expect(findings.problems.first?.pointer.description == "/arguments/0")
            return
        }
        #expect(findings.problems.map(\.description) == [])
        let count = try #require(item.node["retryCount"]?.integer)
        let delays = (0..<count).map { backoff?.delay(beforeRetry: $0 + 1) }
        let expected = ["retry-27", "retry-28"].contains(item.id) ? item.node["alternative"] : item.node["expectedDelaysSeconds"]
        #expect(delays == expected?.elements?.map(\.integer))
    }

    private func decode<T: JSONDecodable>(_ type: T.Type, _ node: JSONNode?) throws -> T {
        try T(json: try #require(node).value.encoded())
    }
}
