import FoundationEssentials
import JobModel
import Messages

/// A run that the runner has accepted and that is not over.
struct ActiveRun: Sendable {
    let command: ReceivedCommand
    var progress: RunProgress
    /// The events that lead here, for a snapshot.
    var history: [RunnerEvent]
    /// Steps that something happened to since the last report, from 1.
    var changedSteps: Set<Int> = []
    /// Output that no report has told yet.
    var pendingOutput: [OutputChunk] = []
    /// Since when there is something to report.
    var changedAt: Timestamp?

    init(_ command: ReceivedCommand, progress: RunProgress) {
        self.command = command
        self.progress = progress
        history = [.received(command)]
        changedAt = command.at
    }

    var id: UUID { command.runID }

    /// Whether `work` is what is to be done now.
    func isCurrent(_ work: Work) -> Bool {
        switch progress.action {
        case .attempt(let step, let attempt), .stop(let step, let attempt), .wait(let step, let attempt, _):
            step == work.step && attempt == work.attempt
        case .finish: false
        }
    }

    /// What is to be done now.
    var work: Work? {
        switch progress.action {
        case .attempt(let step, let attempt): Work(runID: id, step: step, attempt: attempt)
        case .wait(let step, let attempt, let until): Work(runID: id, step: step, attempt: attempt, kind: .delay(until: until))
        case .stop, .finish: nil
        }
    }

    /// Lets `change` happen to the run, and notes which steps it changed.
    mutating func change(at now: Timestamp, by event: RunnerEvent, _ change: (inout RunProgress) -> Void) {
        let before = progress.steps
        change(&progress)
        for (old, new) in zip(before, progress.steps) where old != new { changedSteps.insert(new.number) }
        changedAt = changedAt ?? now
        history.append(event)
    }

    /// Everything has been reported.
    mutating func noteReported() {
        changedSteps = []
        pendingOutput = []
        changedAt = nil
        for index in history.indices {
            guard case .attemptEnded(let work, let result, let sealed, let output, let at) = history[index], !output.isEmpty else {
                continue
            }
            history[index] = .attemptEnded(work, result, sealed: sealed, output: [], at: at)
        }
    }

    /// What is new, in reports that each carry a bounded amount of output; the last one carries everything else.
    func reports() -> [RunReport] {
        var pieces: [[OutputChunk]] = [[]]
        var size = 0
        for chunk in pendingOutput {
            if size > 0, size + chunk.bytes.count > Self.maximumOutput {
                pieces.append([])
                size = 0
            }
            pieces[pieces.count - 1].append(chunk)
            size += chunk.bytes.count
        }
        let last = pieces.removeLast()
        return pieces.map { RunReport(runID: id, instanceID: command.instanceID, status: .running, output: $0) } + [report(output: last)]
    }

    private func report(output: [OutputChunk]) -> RunReport {
        var reason: String?
        if case .finish(_, let why) = progress.action { reason = why }
        return RunReport(
            runID: id, instanceID: command.instanceID, status: progress.status, reason: reason, receivedAt: command.at,
            startedAt: progress.startedAt, endedAt: progress.endedAt, steps: progress.steps.filter { changedSteps.contains($0.number) },
            output: output)
    }

    /// The most output in one report.
    static let maximumOutput = 512 << 10
}
