import DequeModule
public import FoundationEssentials
import JSON
public import JobModel
import Messages
public import ServiceKit

/// The runs a runner has accepted, and every decision about them.
public struct RunnerState: ServiceState {
    /// What the runner is told.
    public typealias Input = RunnerInput
    /// What its journal keeps.
    public typealias Event = RunnerEvent
    /// What it answers.
    public typealias Reply = RunnerReply

    /// The node.
    public let nodeID: UUID
    private let maxConcurrentRuns: Int
    private let spool: Spool
    private let secrets: SecretKeeper
    var runs: [UUID: ActiveRun] = [:]
    /// The runs in the order they came.
    var order: Deque<UUID> = []
    var finished = FinishedRuns()

    /// How long a report waits for more to say.
    public static let reportDelay: Duration = .milliseconds(5)
    /// Output of an ended attempt that is longer is reported at once instead of being kept in the journal as well.
    static let keptOutput = 16 << 10

    /// A runner for `nodeID` that has heard nothing yet.
    public init(nodeID: UUID, secrets: SecretKeeper, maxConcurrentRuns: Int = 1, spool: Spool = Spool()) {
        self.nodeID = nodeID
        self.secrets = secrets
        self.spool = spool
        self.maxConcurrentRuns = max(maxConcurrentRuns, 1)
    }

    /// The number of runs that are accepted and not over.
    public var runCount: Int { runs.count }

    /// The runs of which a step is under way.
    var runsUnderWay: [UUID] { order.filter { runs[$0]?.progress.isAttempting == true } }

    /// What is to be done now: for the oldest runs, as many as may run at once.
    public var work: [Work] {
        order.prefix(maxConcurrentRuns).compactMap { runs[$0]?.work }
    }

    /// What `work` needs to know of its run; `nil` when it is no longer wanted.
    public func context(of work: Work) -> WorkContext? {
        guard let run = runs[work.runID], run.isCurrent(work), let execute = run.command.execute,
            run.progress.actions.steps.indices.contains(work.step - 1)
        else { return nil }
        return WorkContext(
            instanceID: execute.instanceID, jobID: execute.jobID, jobName: execute.jobName, step: run.progress.actions.steps[work.step - 1],
            extracted: run.progress.extracted, reserved: run.progress.reserved(for: work.step),
            secrets: execute.actions.secrets.union(run.progress.extracted.secrets))
    }

    // MARK: Inputs

    /// Decides about `input`.
    public mutating func handle(_ input: RunnerInput, at now: Timestamp, effects: inout Effects<RunnerState>) {
        switch input {
        case .execute(let execute, let headers): receive(execute, headers, at: now, effects: &effects)
        case .cancel(let cancel, let headers): self.cancel(cancel, headers, at: now, effects: &effects)
        case .refused(let command):
            guard runs[command.runID] == nil, !finished.contains(command.runID) else { return }
            refuse(command, expires: now, at: now, effects: &effects)
        case .restarted(let bootedAt): recover(bootedAt: bootedAt, at: now, effects: &effects)
        case .attemptStarted(let work):
            guard mayGoOn(work, at: now, effects: &effects) else { return effects.answer(.tooLate) }
            record(.attemptStarted(work, at: now), in: &effects)
            effects.answer(.goOn)
        case .skipped(let work, let reason):
            guard mayGoOn(work, at: now, effects: &effects) else { return }
            record(.skipped(work, reason: reason, at: now), in: &effects)
            conclude(work.runID, at: now, effects: &effects)
        case .stepRefused(let work, let reason):
            guard mayGoOn(work, at: now, effects: &effects) else { return }
            record(.stepRefused(work, reason: reason, at: now), in: &effects)
            conclude(work.runID, at: now, effects: &effects)
        case .output(let work, let chunks):
            guard runs[work.runID]?.isCurrent(work) == true else { return }
            runs[work.runID]?.pendingOutput.append(contentsOf: chunks)
            report([work.runID], at: now, effects: &effects)
        case .attemptEnded(let work, let result, let output): end(work, result, output, at: now, effects: &effects)
        case .delayPassed(let work):
            guard runs[work.runID]?.isCurrent(work) == true else { return }
            record(.delayPassed(work), in: &effects)
        }
    }

    private mutating func receive(_ execute: RunExecute, _ headers: CommandHeaders, at now: Timestamp, effects: inout Effects<RunnerState>)
    {
        guard runs[headers.runID] == nil, !finished.contains(headers.runID) else { return }
        guard now < headers.expires else {
            let reason = "command refused: it was valid until \(headers.expires) and came at \(now) by this node's clock"
            let command = RefusedCommand(runID: headers.runID, instanceID: execute.instanceID, reason: reason)
            return refuse(command, expires: headers.expires, at: now, effects: &effects)
        }
        let sealed = execute.isSensitive ? secrets.seal(execute.encoded()) : nil
        guard sealed != nil || !execute.isSensitive else {
            let reason = "command refused: its sensitive inputs cannot be sealed, and do not go into the journal as they are"
            let command = RefusedCommand(runID: headers.runID, instanceID: execute.instanceID, reason: reason)
            return refuse(command, expires: headers.expires, at: now, effects: &effects)
        }
        let command = ReceivedCommand(
            runID: headers.runID, instanceID: execute.instanceID, expires: headers.expires, at: now, execute: execute, sealed: sealed)
        record(.received(command), in: &effects)
        conclude(headers.runID, at: now, effects: &effects)
    }

    private mutating func cancel(_ cancel: RunCancel, _ headers: CommandHeaders, at now: Timestamp, effects: inout Effects<RunnerState>) {
        let id = headers.runID
        guard !finished.contains(id), now < headers.expires else { return }
        if runs[id] != nil {
            record(.cancelled(id, reason: cancel.reason, at: now), in: &effects)
            return conclude(id, at: now, effects: &effects)
        }
        // The command it takes back may still come.
        record(.finished(id, expires: headers.expires, at: now), in: &effects)
        send(
            [
                RunReport(runID: id, instanceID: cancel.instanceID, status: .cancelled, reason: cancel.reason, endedAt: now)
            ], at: now, effects: &effects)
    }

    private mutating func refuse(
        _ command: RefusedCommand, expires: Timestamp, at now: Timestamp, effects: inout Effects<RunnerState>
    ) {
        record(.finished(command.runID, expires: expires, at: now), in: &effects)
        send(
            [
                RunReport(runID: command.runID, instanceID: command.instanceID, status: .failure, reason: command.reason, endedAt: now)
            ], at: now, effects: &effects)
    }

    private mutating func recover(bootedAt: Timestamp?, at now: Timestamp, effects: inout Effects<RunnerState>) {
        for id in Array(order) {
            if let run = runs[id], run.progress.isAttempting, let attempt = run.attemptUnderWay {
                let result: AttemptResult =
                    run.hasRestarted(in: attempt, bootedAt: bootedAt) ? AttemptResult(status: .success) : .interrupted
                record(.attemptEnded(attempt, result, sealed: nil, output: [], at: now), in: &effects)
            }
            conclude(id, at: now, effects: &effects)
        }
    }

    /// Whether `work` is still to be done. A run whose command has expired while it waited for its turn is ended instead.
    private mutating func mayGoOn(_ work: Work, at now: Timestamp, effects: inout Effects<RunnerState>) -> Bool {
        guard let run = runs[work.runID], run.isCurrent(work), run.progress.isReady else { return false }
        guard run.progress.startedAt == nil, now >= run.command.expires else { return true }
        let reason = "command refused: it was valid until \(run.command.expires), and it was this run's turn on the node only at \(now)"
        refuse(
            RefusedCommand(runID: run.id, instanceID: run.command.instanceID, reason: reason), expires: run.command.expires, at: now,
            effects: &effects)
        return false
    }

    private mutating func end(
        _ work: Work, _ result: AttemptResult, _ output: [OutputChunk], at now: Timestamp, effects: inout Effects<RunnerState>
    ) {
        guard let run = runs[work.runID], run.isCurrent(work), run.progress.isAttempting else { return }
        var next = run.progress
        next.attemptEnded(result, at: now)
        let isReportedNow = next.status.isTerminal || output.reduce(0) { $0 + $1.bytes.count } > Self.keptOutput
        let secret = result.outputs.values.filter { result.outputs.sensitive.contains($0.key) }
        let sealed = secret.isEmpty ? nil : secrets.seal(secret.encoded())
        // What is reported in the same record need not stand in the event too.
        record(.attemptEnded(work, result, sealed: sealed, output: isReportedNow ? [] : output, at: now), in: &effects)
        guard isReportedNow else { return }
        runs[work.runID]?.pendingOutput.append(contentsOf: output)
        if next.status.isTerminal {
            conclude(work.runID, at: now, effects: &effects)
        } else {
            report([work.runID], at: now, effects: &effects)
        }
    }

    /// Reports and forgets the run when it is over.
    private mutating func conclude(_ id: UUID, at now: Timestamp, effects: inout Effects<RunnerState>) {
        guard let run = runs[id], run.progress.status.isTerminal else { return }
        report(changedRuns, at: now, effects: &effects)
        record(.finished(id, expires: run.command.expires, at: now), in: &effects)
    }

    // MARK: Reports

    /// When the oldest thing to say has waited long enough.
    public var nextDeadline: Timestamp? {
        runs.values.compactMap(\.changedAt).min().map { $0 + Self.reportDelay }
    }

    /// Says what has happened.
    public mutating func wake(at now: Timestamp, effects: inout Effects<RunnerState>) {
        report(changedRuns, at: now, effects: &effects)
    }

    private var changedRuns: [UUID] {
        order.filter { runs[$0]?.changedAt != nil }
    }

    private mutating func report(_ ids: [UUID], at now: Timestamp, effects: inout Effects<RunnerState>) {
        guard !ids.isEmpty else { return }
        var room = spool.limit - effects.backlog
        for id in ids {
            guard let output = runs[id]?.pendingOutput else { continue }
            runs[id]?.pendingOutput = spool.admit(output, room: &room)
        }
        send(ids.flatMap { runs[$0]?.reports() ?? [] }, at: now, effects: &effects)
        record(.reported(ids), in: &effects)
    }

    /// Puts `reports` into as few messages as keep their size bounded.
    private func send(_ reports: [RunReport], at now: Timestamp, effects: inout Effects<RunnerState>) {
        var message: [RunReport] = []
        var size = 0
        for report in reports {
            let output = report.output.reduce(0) { $0 + $1.bytes.count }
            if !message.isEmpty, size + output > ActiveRun.maximumOutput || message.count >= 100 {
                effects.send(RunsReported(nodeID: nodeID, reportedAt: now, reports: message), to: .reports)
                message = []
                size = 0
            }
            message.append(report)
            size += output
        }
        if !message.isEmpty { effects.send(RunsReported(nodeID: nodeID, reportedAt: now, reports: message), to: .reports) }
    }

    // MARK: Changes

    /// Carries out one change.
    public mutating func apply(_ event: RunnerEvent) {
        switch event {
        case .received(let command): take(command)
        case .attemptStarted(let work, let at):
            runs[work.runID]?.change(at: at, by: event) { $0.attemptStarted(at: at) }
        case .attemptEnded(let work, let result, let sealed, let output, let at):
            let full = unsealed(result, sealed)
            runs[work.runID]?.change(at: at, by: event) { $0.attemptEnded(full, at: at) }
            runs[work.runID]?.pendingOutput.append(contentsOf: output)
        case .skipped(let work, let reason, let at):
            runs[work.runID]?.change(at: at, by: event) { $0.skipped(reason: reason, at: at) }
        case .stepRefused(let work, let reason, let at):
            runs[work.runID]?.change(at: at, by: event) { $0.refused(reason: reason, at: at) }
        case .delayPassed(let work):
            runs[work.runID]?.progress.delayPassed()
            runs[work.runID]?.history.append(event)
        case .cancelled(let id, let reason, let at):
            runs[id]?.change(at: at, by: event) { $0.cancel(reason: reason, at: at) }
        case .reported(let ids):
            for id in ids { runs[id]?.noteReported() }
        case .finished(let id, let expires, let at):
            runs[id] = nil
            order.removeAll { $0 == id }
            finished.insert(id, expires: expires, at: at)
        case .remembered(let id, let until): finished.restore(id, until: until)
        }
    }

    private mutating func take(_ command: ReceivedCommand) {
        var command = command
        if command.execute == nil, let body = command.sealed.flatMap(secrets.open) { command.execute = try? RunExecute(json: body) }
        let progress =
            command.execute.map { RunProgress($0.actions) }
            ?? RunProgress(unreadable: "the command cannot be read any more: it was sealed with another key than this node has now")
        if runs.updateValue(ActiveRun(command, progress: progress), forKey: command.runID) == nil { order.append(command.runID) }
    }

    private func unsealed(_ result: AttemptResult, _ sealed: String?) -> AttemptResult {
        guard let sealed, result.outputs.sensitive.isEmpty, let bytes = secrets.open(sealed),
            let secret = try? [String: String](json: bytes)
        else { return result }
        var full = result
        full.outputs.merge(InputValues(secret, sensitive: Set(secret.keys)))
        return full
    }

    /// The fewest events that lead here.
    public func snapshot() -> [RunnerEvent] {
        finished.entries.map { .remembered($0.run, until: $0.until) } + order.flatMap { runs[$0]?.history ?? [] }
    }
}

extension ActiveRun {
    /// Whether `work` was to restart the machine, and the machine has started since.
    fileprivate func hasRestarted(in work: Work, bootedAt: Timestamp?) -> Bool {
        guard let bootedAt, progress.actions.steps[work.step - 1].restartsTheMachine,
            let begun = progress.steps[work.step - 1].attempts.last?.startedAt
        else { return false }
        return begun < bootedAt
    }

    /// The attempt whose process may be running.
    fileprivate var attemptUnderWay: Work? {
        switch progress.action {
        case .attempt(let step, let attempt), .stop(let step, let attempt): Work(runID: id, step: step, attempt: attempt)
        case .wait, .finish: nil
        }
    }
}
