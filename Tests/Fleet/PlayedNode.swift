import FoundationEssentials
import JobModel
import MessageBus
import Messages

/// What one node does with a command. Its choices depend on the run alone, so that they are the same when a command comes twice.
struct PlayedNode: Sendable {
    /// How the nodes of a fleet are.
    struct Behaviour: Sendable {
        var duration: Duration
        var failures: Double
        var silent: Double
        var repeats: Double
        var outputBytes: Int
    }

    let id: UUID
    let authenticator: CommandAuthenticator
    let user: String
    private let behaviour: Behaviour

    init(_ id: UUID, key: MasterKey, behaviour: Behaviour) {
        self.id = id
        self.behaviour = behaviour
        authenticator = CommandAuthenticator(key: key.commandKey(of: id))
        user = NodeUser.name(of: id)
    }

    var isSilent: Bool { Self.chance(of: id, salt: 1) < behaviour.silent }

    func fails(_ run: UUID) -> Bool { Self.chance(of: run, salt: 2) < behaviour.failures }

    func repeats(_ run: UUID) -> Bool { Self.chance(of: run, salt: 3) < behaviour.repeats }

    /// The report of a run that began at `start` and is over at `end`; under way without an end.
    func report(_ run: UUID, of instance: UUID, start: Timestamp, end: Timestamp?) -> OutgoingMessage {
        let failed = fails(run)
        let ended: StepStatus = failed ? .failure : .success
        let attempt = AttemptReport(
            number: 1, status: end == nil ? .running : ended, startedAt: start, endedAt: end, exitCode: end == nil ? nil : failed ? 1 : 0,
            stdoutBytes: behaviour.outputBytes)
        let step = StepReport(number: 1, name: "one", status: attempt.status, attempts: [attempt])
        var report = RunReport(
            runID: run, instanceID: instance, status: end == nil ? .running : failed ? .failure : .success, receivedAt: start,
            startedAt: start, endedAt: end, steps: [step])
        if end != nil, behaviour.outputBytes > 0 {
            report.output = [
                OutputChunk(
                    step: 1, attempt: 1, stream: .stdout, offset: 0,
                    bytes: [UInt8](repeating: UInt8(ascii: "x"), count: behaviour.outputBytes))
            ]
        }
        return message(report, at: end ?? start)
    }

    /// The report of a run that was told to stop.
    func cancelled(_ run: UUID, of instance: UUID, at time: Timestamp) -> OutgoingMessage {
        message(RunReport(runID: run, instanceID: instance, status: .cancelled, endedAt: time), at: time)
    }

    private func message(_ report: RunReport, at time: Timestamp) -> OutgoingMessage {
        var message = OutgoingMessage(RunsReported(nodeID: id, reportedAt: time, reports: [report]), to: .reports, id: UUID())
        message.userID = user
        return message
    }

    /// A number in 0..<1 that hangs on `id` and `salt` alone.
    private static func chance(of id: UUID, salt: UInt64) -> Double {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ salt
        withUnsafeBytes(of: id.uuid) { for byte in $0 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 } }
        hash ^= hash >> 32
        hash = hash &* 0x9E37_79B9_7F4A_7C15
        return Double(hash >> 11) / Double(UInt64(1) << 53)
    }
}
