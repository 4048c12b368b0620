import JSON
import NodeQuery
import Testing

@Suite struct FilterTests {
    private func read(_ json: String) throws -> (query: String?, problems: [NodeQueryProblem]) {
        var problems: [NodeQueryProblem] = []
        let filter = NodeFilter(try JSONValue(json: Array(json.utf8)), problems: &problems)
        return (filter.map { "\($0.expression)" }, problems)
    }

    @Test(arguments: [
        (#"{"attributes": [{"name": "kernel_name", "operator": "=", "value": ["Linux"]}]}"#, #"kernel_name = "Linux""#),
        (
            #"{"attributes": [{"name": "env", "operator": "=", "value": ["qa", "dev"], "namespace": ["tags"]}]}"#,
            #"tags.env in ("qa", "dev")"#
        ),
        (#"{"attributes": [{"name": "env", "operator": "!=", "value": "qa", "namespace": "tags"}]}"#, #"tags.env != "qa""#),
        (
            #"{"attributes": [{"name": "n", "operator": "!=", "value": ["1"], "namespace": ["aws", "azure"]}]}"#,
            #"not (aws.n = "1" or azure.n = "1")"#
        ),
        (#"{"attributes": [{"name": "hostname", "operator": "contains", "value": ["db"]}]}"#, #"hostname contains "db""#),
        (
            #"{"attributes": [{"name": "kernel_name", "operator": "=", "value": ["Linux"]}, {"name": "primary_ip", "operator": "MATCHES", "value": ["^172\\.31\\.29.*"]}], "skills": [{"name": "courier-runner", "version": ["<= 1.0.66"]}, {"name": "chef-gohai", "version": ["= 0.1.0"]}]}"#,
            #"kernel_name = "Linux" and primary_ip matches "^172\\.31\\.29.*" and skill:courier-runner <= "1.0.66" and skill:chef-gohai = "0.1.0""#
        ),
        (
            #"{"skills": [{"name": "shell", "version": ["1.0", "1.1", "!= 1.1.1", ">2"]}]}"#,
            #"skill:shell in ("1.0", "1.1"), != "1.1.1", > "2""#
        ),
        (#"{"skills": [{"name": "shell", "version": ["!= 1"]}]}"#, #"skill:shell = "*", != "1""#),
        (#"{"skills": [{"name": "shell"}], "attributes": null}"#, "skill:shell"),
        (#"{"enrollmentLevel": {"operator": "=", "value": ["enrolled"]}}"#, #"enrolmentLevel = "enrolled""#),
        (#"{"healthStatus": {"operator": "!=", "value": ["late", "lost"]}}"#, #"not health in ("late", "lost")"#),
    ])
    func aFilterIsTheSameAsAQuery(constraints: String, query: String) throws {
        let reading = try read(#"{"constraints": \#(constraints)}"#)
        #expect(reading.problems.isEmpty, "\(reading.problems)")
        #expect(reading.query == query)
        let same = try read(String(decoding: JSONValue.object(["query": .string(query)]).encoded(), as: UTF8.self))
        #expect(same.query == query)
    }

    @Test(arguments: [
        (#"{}"#, [""]), (#"[]"#, [""]), (#"{"constraints": {}}"#, ["/constraints"]),
        (#"{"constraints": {"attributes": []}}"#, ["/constraints"]),
        (#"{"constraints": {"attributes": {}}}"#, ["/constraints/attributes"]),
        (#"{"constraint": {}}"#, ["/constraint", ""]), (#"{"query": "a", "constraints": {"skills": []}}"#, [""]),
        (#"{"query": "a = "}"#, ["/query"]), (#"{"query": 1}"#, ["/query"]),
        (
            #"{"constraints": {"attributes": [{"name": "", "operator": "=", "value": ["x"]}, {"name": "a", "operator": "~", "value": []}, {"operator": "=", "value": [1]}, {"name": "b", "operator": "MATCHES", "value": ["ok", "("]}]}}"#,
            [
                "/constraints/attributes/0/name", "/constraints/attributes/1/value", "/constraints/attributes/2/name",
                "/constraints/attributes/3/value/1",
            ]
        ),
        (#"{"constraints": {"attributes": [{"name": "a", "operator": "~", "value": ["b"]}]}}"#, ["/constraints/attributes/0/operator"]),
        (
            #"{"constraints": {"attributes": [{"name": "health", "operator": "=", "value": ["sick"]}]}}"#,
            ["/constraints/attributes/0/value/0"]
        ),
        (
            #"{"constraints": {"skills": [{"name": "s", "version": ["=> 1", ">"], "x": 1}]}}"#,
            ["/constraints/skills/0/x", "/constraints/skills/0/version/0", "/constraints/skills/0/version/1"]
        ),
        (
            #"{"constraints": {"healthStatus": {"operator": "<", "value": ["lost"]}, "enrollmentLevel": {"operator": "=", "value": ["none"]}}}"#,
            ["/constraints/enrollmentLevel/value/0", "/constraints/healthStatus/operator"]
        ),
        (
            #"{"constraints": {"attributes": [{"name": "a", "operator": "=", "value": "b", "namespace": ["tags", ""]}]}}"#,
            ["/constraints/attributes/0/namespace/1"]
        ),
    ])
    func everyDefectIsReportedWithItsPlace(json: String, pointers: [String]) throws {
        let reading = try read(json)
        #expect(reading.query == nil)
        #expect(reading.problems.map(\.pointer.description) == pointers, "\(reading.problems)")
    }

    /// However it is spread over constraints, a filter asks for no more than one query may.
    @Test func whatIsTooMuchInAllIsRefused() throws {
        func constraint(_ operation: String, _ values: Int) -> String {
            let list = (0..<values).map { "\"v\($0)\"" }.joined(separator: ", ")
            return #"{"name": "a", "operator": "\#(operation)", "value": [\#(list)]}"#
        }
        func problems(_ constraints: [String]) throws -> [String] {
            try read(#"{"constraints": {"attributes": [\#(constraints.joined(separator: ", "))]}}"#).problems.map(\.pointer.description)
        }
        #expect(try problems([constraint("=", 500), constraint("=", 500)]) == [])
        #expect(try problems([constraint("=", 500), constraint("=", 501)]) == ["/constraints/attributes/1/value"])
        #expect(try problems([constraint("MATCHES", 16), constraint("MATCHES", 16)]) == [])
        #expect(try problems([constraint("MATCHES", 16), constraint("MATCHES", 17)]) == ["/constraints/attributes/1/value"])
    }
}
