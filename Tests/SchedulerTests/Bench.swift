import FoundationEssentials
import JSON
import JobModel
import MessageBus
import Messages
import ServiceKit

@testable import SchedulerCore

/// A scheduler driven by hand: no engine, no bus; the clock is a variable and the journal an array.
struct Bench {
    var state = SchedulerState()
    var now: Timestamp
    var journal: [SchedulerEvent] = []
    var created: [Created] = []
    var started: [Started] = []
    /// The body of the `instance.start` sent last, and of the `instance.created`.
    var lastStart: [UInt8] = []
    var lastCreation: [UInt8] = []
    var changed: [JobChanged] = []
    var cancelled: [InstanceCancel] = []
    var sent = 0

    init(at text: String = "2026-01-01T00:00:00Z") {
        now = Timestamp(text) ?? Timestamp(seconds: 0)
    }

    // MARK: Driving

    mutating func send(_ input: SchedulerInput) throws {
        var effects = Effects<SchedulerState>()
        state.handle(input, at: now, effects: &effects)
        try take(effects)
    }

    mutating func put(_ job: UUID, version: Int = 1, acceptedAt: Timestamp? = nil, _ template: JobTemplate) throws {
        try send(.put(JobVersion(JobPut(jobID: job, version: version, acceptedAt: acceptedAt ?? now, template: template))))
    }

    mutating func control(_ job: UUID, _ action: JobControl.Action) throws {
        try send(.control(JobControl(jobID: job, action: action)))
    }

    mutating func finish(_ instance: UUID, of job: UUID, _ status: InstanceStatus = .success) throws {
        try send(.finished(InstanceFinished(jobID: job, instanceID: instance, status: status)))
    }

    /// One wake-up, as the engine does when the deadline has passed.
    mutating func wake() throws {
        var effects = Effects<SchedulerState>()
        state.wake(at: now, effects: &effects)
        try take(effects)
    }

    /// Wakes as long as something is due. Returns how often.
    @discardableResult
    mutating func drain() throws -> Int {
        var count = 0
        while let deadline = state.nextDeadline, deadline <= now {
            try wake()
            count += 1
            guard count < 100_000 else { throw Stuck() }
        }
        return count
    }

    /// Nobody is awake until `time`, then everything that is due is judged.
    mutating func sleep(until time: Timestamp) throws {
        now = time
        try drain()
    }

    /// Time passes with the scheduler awake: it wakes at each of its deadlines.
    mutating func pass(_ duration: Duration) throws {
        let end = now + duration
        while let deadline = state.nextDeadline, deadline <= end {
            now = max(now, deadline)
            try drain()
        }
        now = end
    }

    /// A new process over the journal, or over a snapshot of it.
    mutating func restart(fromSnapshot: Bool) throws {
        let events = fromSnapshot ? state.snapshot() : journal
        var fresh = SchedulerState()
        for event in events { fresh.apply(try SchedulerEvent(json: event.encoded())) }
        state = fresh
        if fromSnapshot { journal = events }
    }

    private mutating func take(_ effects: Effects<SchedulerState>) throws {
        journal.append(contentsOf: effects.events)
        sent += effects.messages.count
        for message in effects.messages {
            switch message.type {
            case InstanceCreated.name:
                created.append(try Created(json: message.body))
                lastCreation = message.body
            case InstanceStart.name:
                started.append(try Started(json: message.body))
                lastStart = message.body
            case JobChanged.name: changed.append(try JobChanged(json: message.body))
            case InstanceCancel.name: cancelled.append(try InstanceCancel(json: message.body))
            default: throw UnknownMessage(name: message.type, expected: [])
            }
        }
    }

    // MARK: Reading

    /// What became of each instance, in the order it was said: `00:01:00 scheduled`, `00:02:00 missed`.
    var outcomes: [String] {
        created.map { message in
            let time = message.instance.scheduledAt.description.dropFirst(11).dropLast()
            return "\(time) \(message.word)"
        }
    }

    /// The time of day at which each started instance was due.
    var starts: [String] { started.map { String($0.instance.scheduledAt.description.dropFirst(11).dropLast()) } }
}

struct Stuck: Error {}

/// What the tests ask of an `instance.created`; thousands are read, and reading templates takes time.
struct Created: JSONDecodable {
    let instance: InstanceReference
    let status: InstanceStatus
    let reason: String?

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        instance = try fields("instance")
        status = try fields("status")
        reason = try fields.optional("reason")
    }

    /// The first word of the reason, or the status.
    var word: String { reason.map { String($0.prefix { $0 != ":" }) } ?? status.rawValue }
}

/// What the tests ask of an `instance.start`.
struct Started: JSONDecodable {
    let instance: InstanceReference

    init(from reader: inout JSONReader) throws {
        instance = try reader.fields()("instance")
    }
}

extension Timestamp {
    static func at(_ time: String) -> Timestamp {
        Timestamp("2026-01-01T\(time)Z") ?? Timestamp(seconds: 0)
    }
}

extension JobTemplate {
    static func due(
        _ rule: String, exceptions: [ExceptionRule] = [], overlap: OverlapPolicy = .allow, missed: MissedPolicy = MissedPolicy(),
        manual: Bool = true
    ) -> JobTemplate {
        JobTemplate(
            name: "job", scheduleRule: rule, exceptionRules: exceptions, overlapPolicy: overlap, missedPolicy: missed,
            allowManualExecution: manual,
            target: Target(
                executionType: .parallel,
                groups: [NodeGroup(batchSize: Quantity(.number, 1), distributionMethod: .rolling, selector: .nodes([UUID()]))]),
            actions: Actions(
                steps: [Step(name: "one", interpreter: Interpreter(name: "shell"), command: .lines(["linux": ["true"]]))]))
    }
}
