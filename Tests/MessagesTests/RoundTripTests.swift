import FoundationEssentials
import JSON
import JobModel
import Messages
import Testing

private let id = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
private let time = Timestamp(microseconds: 1_767_225_600_125_000)
private let owner = Ownership(instanceID: id, worker: "worker-1", epoch: 2)
private let reference = InstanceReference(
    instanceID: id, jobID: id, jobName: "patch", jobVersion: 3, scheduledAt: time, origin: .schedule)
private let step = Step(
    name: "one", description: "first", interpreter: Interpreter(name: Interpreter.shellName, minVersion: "1.0"),
    command: .lines(["linux": ["true", "echo \"hi\""]]), inputs: ["port": "80"],
    expectedInputs: ["port": ExpectedInput(defaultValue: "1", required: false, sensitive: true)],
    outputFieldRules: [
        "v": OutputFieldRule(sourceType: .output, source: "stdout", extractMethod: .regEx, expression: "a(b)", required: true)
    ],
    retryCount: 2,
    failureBehavior: FailureBehavior(action: .retryThenIgnore, retryBackoffStrategy: .init(type: .polynomial, arguments: [1, 2])),
    limits: StepLimits(cores: 1, cpu: 0.5, timeoutSeconds: 9),
    conditions: [Condition(inputName: "port", operator: .eq, value: "$x", negate: true)])
private let template = JobTemplate(
    name: "patch", scheduleRule: "RRULE:FREQ=DAILY", exceptionRules: [ExceptionRule(rrule: "RRULE:FREQ=WEEKLY", duration: 60)],
    target: Target(
        executionType: .parallel,
        groups: [
            NodeGroup(
                batchSize: Quantity(.percent, 10), distributionMethod: .rolling,
                successCriteria: [SuccessCriterion(status: .failure, numRuns: Quantity(.number, 0))], selector: .nodes([id])),
            NodeGroup(batchSize: Quantity(.number, 1), distributionMethod: .batching, selector: .filter(.object(["a": .null]))),
            NodeGroup(batchSize: Quantity(.number, 1), distributionMethod: .batching, selector: .savedList(id)),
            NodeGroup(batchSize: Quantity(.number, 1), distributionMethod: .batching, selector: .savedFilter(id)),
        ], maxFailures: Quantity(.number, 3)),
    actions: Actions(
        steps: [
            step, Step(name: "two", interpreter: Interpreter(name: "x"), command: .call(exec: "run", arguments: ["time": .string("9")])),
        ]))

@Suite struct RoundTripTests {
    private func check<Body: Message & Equatable>(_ message: Body) throws {
        let bytes = message.encoded()
        #expect(try Body(json: bytes) == message, "\(Body.name)")
        #expect(throws: JSONError.self, "\(Body.name) reads an empty object") { try Body(json: Array("{}".utf8)) }
        #expect(throws: JSONError.self, "\(Body.name) reads an array") { try Body(json: Array("[]".utf8)) }
        var extended = bytes
        extended.insert(contentsOf: Array(#""future":[1],"#.utf8), at: 1)
        #expect(try Body(json: extended) == message, "\(Body.name) stumbles over a field it does not know")
    }

    @Test func everyMessageSurvivesItsBytes() throws {
        let plan = InstancePlan(groups: [.init(nodes: [id], excluded: [ExcludedNode(nodeID: id, reason: "unknown")]), .init(nodes: [])])
        var settled = RunsByStatus()
        settled.append(0, .success)
        settled.append(7, .timeout)
        try check(JobPut(jobID: id, version: 1, acceptedAt: time, template: template))
        try check(JobControl(jobID: id, action: .pause))
        try check(JobTrigger(jobID: id, instanceID: id, requestedAt: time))
        try check(JobChanged(jobID: id, version: 1, revision: 2, status: .active, nextExecutionTime: time, waitingInstances: 3))
        try check(JobChanged(jobID: id, version: 1, revision: 2, status: .completed, nextExecutionTime: nil))
        try check(InstanceStart(instance: reference, epoch: 0, template: template))
        try check(InstanceCreated(instance: reference, status: .notPerformed, reason: "excepted", createdAt: time, template: template))
        try check(InstanceClaim(instance: reference, owner: owner, claimedAt: time, template: template))
        try check(
            InstanceGranted(instanceID: id, epoch: 1, granted: true, cancelReason: "asked", plan: plan, settled: settled, received: [1]))
        try check(
            InstanceEnded(
                owner: owner, status: .failure, reason: "group 1", groups: [.init(status: .failure, reason: "r"), .init(status: .success)],
                endedAt: time))
        try check(InstanceCancel(instanceID: id, reason: "asked"))
        let control = InstanceControl(instanceID: id, action: .pause, reason: "asked", requestedAt: time)
        try check(control)
        let cancel = RunsCancel(instanceID: id, runIDs: [id], runs: [3], reason: "asked")
        try check(cancel)
        try check(RunsCancel(instanceID: id, runIDs: [id], reason: "asked"))
        try check(InstanceGranted(instanceID: id, epoch: 1, granted: true, control: control, cancelledRuns: [cancel]))
        try check(RerunQuery(instanceID: id, runs: .failed))
        var rerun = reference
        rerun.rerunOf = id
        try check(InstanceStart(instance: rerun, epoch: 0, template: template))
        let again = RerunPlan(instance: reference, template: template, runCount: 3)
        #expect(try RerunPlan(json: again.encoded()) == again)
        try check(InstancePlanned(owner: owner, plan: plan, plannedAt: time))
        try check(RunsDispatched(owner: owner, runs: [0, 1], dispatchedAt: time))
        try check(RunsJudged(owner: owner, status: .timeout, runs: [4], reason: "late", judgedAt: time))
        try check(RunsProgressed(instanceID: id, epoch: 0, received: [3], settled: settled))
        let held = HeldInstance(instanceID: id, epoch: 3)
        try check(WorkerHeartbeat(worker: "w", since: time, at: time, instanceCount: 1, instances: [held]))
        try check(WorkerHeartbeat(worker: "w", since: time, at: time, instanceCount: 1))
        try check(WorkerLeased(since: time, at: time, granted: true, leaseSeconds: 30, isListed: true, lost: [held]))
        try check(LeasesCheck(sentAt: time))
        try check(InstanceReleased(owner: owner))
        try check(RunExecute(instanceID: id, jobID: id, jobName: "patch", actions: template.actions))
        try check(RunCancel(instanceID: id, reason: "asked"))
        try check(NodesResolve(instanceID: id, worker: "w", epoch: 0, selectors: template.target.groups.map(\.selector)))
        try check(NodesResolved(instanceID: id, epoch: 0, plan: plan))
        try check(NodeCheckIn(nodeID: id, at: time, runnerVersion: "1", attributes: ["os": "linux"], skills: ["shell": ["1.0", "1.1"]]))
    }

    @Test func aReportSurvivesItsBytes() throws {
        let attempt = AttemptReport(
            number: 1, status: .failure, startedAt: time, endedAt: time, exitCode: 3, signal: 9, reason: "killed", stdoutBytes: 5,
            stderrBytes: 1)
        let report = RunReport(
            runID: id, instanceID: id, status: .failure, reason: "step one", receivedAt: time, startedAt: time, endedAt: time,
            steps: [StepReport(number: 1, name: "one", status: .failure, reason: "exit", outputs: ["a": "b"], attempts: [attempt])],
            output: [
                OutputChunk(step: 1, attempt: 1, stream: .stdout, offset: 0, bytes: Array("hällo\n".utf8)),
                OutputChunk(step: 1, attempt: 1, stream: .stderr, offset: 9, bytes: [0xFF, 0x00, 0x80]),
            ])
        try check(RunsReported(nodeID: id, reportedAt: time, reports: [report]))
    }
}
