import FoundationEssentials
import JSON
import JobModel
import Testing

@testable import RunnerCore

/// The vectors in `Tests/Fixtures/runner-semantics`.
@Suite struct VectorTests {
    @Test func everyConditionIsDecidedAsTheVectorsSay() async throws {
        let file = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let data = try #require(FileManager.default.contents(atPath: "/\(file)/Fixtures/runner-semantics/conditions.json"))
        let cases = try #require(try JSONDocument(parsing: Array(data)).root["cases"]?.elements)
        #expect(cases.count == 50)
        for vector in cases {
            let id = vector["id"]?.text ?? "?"
            #expect(try await answer(to: vector) == expected(vector), "\(id)")
        }
    }

    private func expected(_ vector: JSONNode) -> String {
        switch vector["expected"]?.value {
        case .bool(let holds): holds ? "runs" : "skipped"
        case .string(let text): text
        default: "?"
        }
    }

    private func answer(to vector: JSONNode) async throws -> String {
        let inputs = texts(vector["inputs"])
        var expectedInputs = inputs.mapValues { _ in ExpectedInput() }
        for member in vector["expectedInputs"]?.members ?? [] {
            expectedInputs[member.key] = ExpectedInput(
                defaultValue: member.node["default"]?.text, required: member.node["required"]?.value != .bool(false))
        }
        let conditions = try (vector["conditions"]?.elements ?? []).map { node in
            Condition(
                inputName: try #require(node["inputName"]?.text),
                operator: try #require(node["operator"]?.text.flatMap(Condition.Operator.init)), value: try #require(node["value"]?.text),
                negate: node["negate"]?.value == .bool(true))
        }
        let step = Step(
            name: "vector", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]), inputs: inputs,
            expectedInputs: expectedInputs, conditions: conditions)
        let extracted = InputValues(texts(vector["previousOutputs"]))
        do {
            let values = try InputValues(of: step, extracted: extracted, reserved: [:])
            return try await ConditionEvaluator(values).unmet(conditions) == nil ? "runs" : "skipped"
        } catch is MissingInputs {
            return "stepFails"
        }
    }

    private func texts(_ node: JSONNode?) -> [String: String] {
        Dictionary((node?.members ?? []).map { ($0.key, $0.node.text ?? "") }) { $1 }
    }
}
