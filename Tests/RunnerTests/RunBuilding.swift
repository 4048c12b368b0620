import FoundationEssentials
import JobModel
import Messages

@testable import RunnerCore

/// Short ways to say steps and runs in tests.
enum Build {
    static let time = Timestamp(seconds: 1_767_225_600)
    static let node = UUID(uuidString: "11111111-1111-1111-1111-111111111111") ?? UUID()
    static let instance = UUID(uuidString: "22222222-2222-2222-2222-222222222222") ?? UUID()
    static let job = UUID(uuidString: "33333333-3333-3333-3333-333333333333") ?? UUID()

    static func step(
        _ name: String = "step", _ lines: [String] = ["true"], retryCount: Int = 0, action: FailureBehavior.Action = .retryThenFail,
        backoff: RetryBackoff = RetryBackoff(), timeout: Int = 0, inputs: [String: String] = [:], expected: [String: ExpectedInput] = [:],
        outputs: [String: OutputFieldRule] = [:], conditions: [Condition] = [], criteria: [StepCriterion] = []
    ) -> Step {
        Step(
            name: name, interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": lines]), inputs: inputs,
            expectedInputs: expected, outputFieldRules: outputs, retryCount: retryCount,
            failureBehavior: FailureBehavior(action: action, retryBackoffStrategy: backoff),
            limits: StepLimits(timeoutSeconds: timeout), conditions: conditions, successCriteria: criteria)
    }

    static func execute(_ steps: [Step], instance: UUID = Build.instance) -> RunExecute {
        RunExecute(instanceID: instance, jobID: job, jobName: "job", actions: Actions(steps: steps))
    }

    static func headers(_ instance: UUID = Build.instance, expires: Timestamp = time + .seconds(3600)) -> CommandHeaders {
        CommandHeaders(
            runID: Identifiers.run(of: instance, on: node), nodeID: node, attempt: 1, expires: expires, owner: "worker-1", epoch: 0)
    }

    static func masterKey() throws -> MasterKey {
        try MasterKey(bytes: Array(repeating: 7, count: 32))
    }
}
