/// Templates that grow in one way only.
struct Shape: Sendable {
    let name: String
    /// A document of about so many bytes.
    let document: @Sendable (Int) -> String

    private static let step =
        #"{"name": "s", "interpreter": {"name": "chef-platform/shell-interpreter"}, "command": {"any": ["x"]}"#

    private static func template(name: String = "x", more: String = "", steps: String = "\(step)}", selector: String? = nil) -> String {
        let nodes = selector ?? #""nodeListType": "nodes", "nodeIdentifiers": ["7c9e6679-7425-40de-944b-e07fc1f90ae0"]"#
        return """
            {"name": "\(name)", "scheduleRule": "immediate", \(more)
             "target": {"executionType": "parallel", "groups": [{"batchSize": {"type": "number", "value": 1}, "distributionMethod": "rolling",
               \(nodes)}]}, "actions": {"steps": [\(steps)]}}
            """
    }

    private static func times(_ part: (Int) -> String, _ bytes: Int, separator: String = ", ") -> String {
        let count = max(1, bytes / (part(10_000).utf8.count + separator.utf8.count))
        return (10_000..<(10_000 + count)).map(part).joined(separator: separator)
    }

    static let all = [
        Shape(name: "one long text") { template(steps: step + #", "inputs": {"A": "\#(String(repeating: "x", count: $0))"}}"#) },
        Shape(name: "one long name, too long") { template(name: String(repeating: "é", count: $0 / 2)) },
        Shape(name: "escapes") { template(steps: step + #", "inputs": {"A": "\#(String(repeating: #"\u00e9"#, count: $0 / 6))"}}"#) },
        Shape(name: "many unknown fields") { template(more: times({ #""field\#($0)": 1"# }, $0) + ",") },
        Shape(name: "many inputs") { template(steps: step + #", "inputs": {\#(times({ #""I\#($0)": "x""# }, $0))}}"#) },
        Shape(name: "a key twice, many times") { template(more: times({ _ in #""description": "x""# }, $0) + ",") },
        Shape(name: "many steps") { template(steps: times({ #"\#(step), "description": "\#($0)"}"# }, $0)) },
        Shape(name: "many steps that refer to earlier ones") {
            template(
                steps: times(
                    {
                        #"\#(step), "outputFieldRules": {"O\#($0)": {"sourceType": "exitCode"}}, "conditions": [{"inputName": "O\#(max(10_000, $0 - 1))", "operator": "eq", "value": "0"}]}"#
                    }, $0))
        },
        Shape(name: "many wrong steps") { template(steps: times({ #"{"nmae": \#($0)}"# }, $0)) },
        Shape(name: "many conditions on nothing") {
            template(
                steps: step + #", "conditions": [\#(times({ #"{"inputName": "N\#($0)", "operator": "eq", "value": "$x"}"# }, $0))]}"#)
        },
        Shape(name: "many nodes") {
            template(
                selector: #""nodeListType": "nodes", "nodeIdentifiers": [\#(times({ #""7c9e6679-7425-40de-944b-e07fc1f\#($0)""# }, $0))]"#)
        },
        Shape(name: "a long query") {
            template(selector: #""nodeListType": "filter", "filter": {"query": "\#(times({ "a\($0) = b" }, $0, separator: " or "))"}"#)
        },
        Shape(name: "many exceptions") {
            template(more: #""exceptionRules": [\#(times({ #"{"rrule": "RRULE:FREQ=DAILY;COUNT=\#($0)", "duration": 60}"# }, $0))],"#)
        },
        Shape(name: "a long rule") {
            template(
                more:
                    #""exceptionRules": [{"rrule": "RRULE:FREQ=YEARLY;BYYEARDAY=\#(times({ String($0 % 366 + 1) }, $0, separator: ","))", "duration": 60}],"#
            )
        },
        Shape(name: "many regular expressions") {
            template(
                steps: step
                    + #", "outputFieldRules": {\#(times({ #""R\#($0)": {"sourceType": "output", "source": "stdout", "extractMethod": "regEx", "expression": "(a+)+[b-z]{1,9}\#($0)"}"# }, $0))}}"#
            )
        },
        Shape(name: "deep nesting, again and again") {
            let deep = String(repeating: "[", count: 50) + String(repeating: "]", count: 50)
            return template(
                steps:
                    #"{"name": "s", "interpreter": {"name": "x"}, "command": {"exec": "f", "args": {"a": [\#(times({ _ in deep }, $0))]}}}"#
            )
        },
        Shape(name: "placeholders") {
            template(steps: step + #", "inputs": {"A": "\#(times({ _ in "${{ x }}" }, $0, separator: " ${{{"))"}}"#)
        },
        Shape(name: "nothing but brackets") { String(repeating: "[", count: $0) },
        Shape(name: "nothing but quotes") { String(repeating: "\"", count: $0) },
    ]
}
