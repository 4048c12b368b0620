import JobModel
import Messages
import Testing

/// A sensitive input that another control plane has sealed.
enum ForeignSecret {
    static func text() throws -> String {
        let sealed = try TemplateSealer(MasterKey(bytes: Array(repeating: 8, count: 32))).sealed(
            Actions(steps: [
                Step(
                    name: "one", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": ["true"]]),
                    inputs: ["password": "x"], expectedInputs: ["password": ExpectedInput(sensitive: true)])
            ]))
        return try #require(sealed.steps[0].inputs["password"])
    }
}
