import JSON
import JobModel
import Testing

@testable import RunnerCore

@Suite struct InputTests {
    private func step(_ inputs: [String: String] = [:], expected: [String: ExpectedInput] = [:]) -> Step {
        Step(
            name: "s", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]), inputs: inputs,
            expectedInputs: expected)
    }

    @Test func whatWasExtractedWinsOverInputsWhichWinOverDefaults() throws {
        let step = step(
            ["a": "input", "b": "input"],
            expected: [
                "a": ExpectedInput(defaultValue: "default"), "b": ExpectedInput(defaultValue: "default"),
                "c": ExpectedInput(defaultValue: "default"), "d": ExpectedInput(required: false),
            ])
        let values = try InputValues(
            of: step, extracted: InputValues(["a": "extracted", "e": "extracted"]), reserved: ["previous.status": "x"])
        #expect(
            values.values == [
                "a": "extracted", "b": "input", "c": "default", "d": "", "e": "extracted", "previous.status": "x",
            ])
    }

    @Test func requiredInputsWithoutAValueAreNamed() {
        let step = step(expected: ["b": ExpectedInput(), "a": ExpectedInput(), "c": ExpectedInput(required: false)])
        #expect(throws: MissingInputs(names: ["a", "b"])) {
            try InputValues(of: step, extracted: InputValues(), reserved: [:])
        }
    }

    @Test(arguments: [
        ("{{.A}}", "1"), ("x{{ .A }}y{{.B}}", "x1y{{.A}}"), ("{{.Names}}", "{{.Names}}"), ("{{A}} {{.}} {{ }}", "{{A}} {{.}} {{ }}"),
        ("{{{{.A}}}}", "{{1}}"), ("{{.A", "{{.A"), ("", ""), ("${A}", "${A}"), ("é{{.C}}\r\n", "é\r\n"),
    ]) func placeholdersAreReplaced(template: String, expected: String) {
        let values = InputValues(["A": "1", "B": "{{.A}}", "C": ""])
        #expect(Substitution(template, values: values).text == expected)
    }

    @Test func aSensitiveValueMarksTheText() {
        let values = InputValues(["A": "1", "S": "2"], sensitive: ["S"])
        #expect(Substitution("{{.A}}{{.S}}", values: values).isSensitive)
        #expect(!Substitution("{{.A}} {{.T}}", values: values).isSensitive)
    }

    @Test func argumentsAreReplacedAtAnyDepth() {
        let value: JSONValue = ["a": ["{{.A}}", 1, nil], "b": "x"]
        #expect(Substitution.value(value, values: InputValues(["A": "1"])) == ["a": ["1", 1, nil], "b": "x"])
    }

    @Test func valuesBecomeEnvironmentVariables() {
        let environment = InputValues(["listen_port": "80", "a-b.c": "x"]).environment
        #expect(environment == ["COURIER_INPUT_listen_port": "80", "COURIER_INPUT_a_b_c": "x"])
    }

    @Test func aConditionThatIsNotMetSaysSoWithoutShowingASecret() async throws {
        let condition = Condition(inputName: "p", operator: .eq, value: "x", negate: false)
        let open = try await ConditionEvaluator(InputValues(["p": "y"])).unmet([condition])
        #expect(open == "condition not met: expected 'p' eq 'x', found 'y'")
        let hidden = try await ConditionEvaluator(InputValues(["p": "secret"], sensitive: ["p"])).unmet([condition])
        #expect(hidden?.contains("secret") == false)
    }

    @Test func aHostileConditionFailsTheStepInTime() async {
        let values = InputValues(["p": String(repeating: "a", count: 60)])
        let took = await ContinuousClock().measure {
            let error = await #expect(throws: ConditionEvaluator.Failure.self) {
                try await ConditionEvaluator(values).holds(Condition(inputName: "p", operator: .matches, value: "(a+)+\\1b"))
            }
            #expect(error?.description.contains("80 ms") == true)
        }
        // Without a limit it would not end in years; a busy machine takes its time.
        #expect(took < .seconds(30))
    }
}
