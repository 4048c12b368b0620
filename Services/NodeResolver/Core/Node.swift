public import FoundationEssentials
public import JSON
public import JobModel

/// A machine that commands can be sent to.
public struct Node: Sendable, Hashable {
    /// Whether a node may be targeted.
    public enum Status: String, Sendable, CaseIterable, JSONEnumeration {
        /// It may.
        case enrolled
        /// It may not, until it checks in again.
        case archived
    }

    /// The namespace of what the runner finds out about its machine.
    public static let agentNamespace = "agent"

    /// The node.
    public let id: UUID
    /// What stays the same on the machine.
    public var machineID: String
    /// The machine's name, as it was last heard.
    public var hostname: String
    /// Whether it may be targeted.
    public var status: Status
    /// Namespace → name → value.
    public var attributes: [String: [String: String]]
    /// Skill → its versions.
    public var skills: [String: [String]]
    /// The runner's version; `nil` before the first check-in.
    public var runnerVersion: String?
    /// When it was enrolled last.
    public var enrolledAt: Timestamp
    /// The name of the key it was enrolled with last.
    public var enrolmentKey: String
    /// When it checked in last, by the node-resolver's clock, to the minute.
    public var lastCheckInAt: Timestamp?

    /// A node that is enrolled at `enrolledAt` and has not checked in.
    public init(
        id: UUID, machineID: String, hostname: String, attributes: [String: [String: String]], enrolledAt: Timestamp, enrolmentKey: String
    ) {
        self.id = id
        self.machineID = machineID
        self.hostname = hostname
        status = .enrolled
        self.attributes = attributes
        skills = [:]
        self.enrolledAt = enrolledAt
        self.enrolmentKey = enrolmentKey
    }

    /// Whether it has been heard since it was enrolled last: then its runner has what the enrolment handed over.
    public var isInService: Bool {
        lastCheckInAt.map { $0 >= enrolledAt } ?? false
    }

    /// When it was heard last; an enrolment counts.
    var lastHeardAt: Timestamp { max(enrolledAt, lastCheckInAt ?? enrolledAt) }

    /// How it is at `now`.
    public func health(at now: Timestamp) -> NodeHealth {
        NodeHealth(silence: now - lastHeardAt)
    }

    /// How far its enrolment has come.
    public var enrolmentLevel: EnrolmentLevel { isInService ? .enrolled : .admitted }
}

extension Node: JSONCodable {
    /// Writes an object.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", id)
            writer.field("machineId", machineID)
            writer.field("hostname", hostname)
            writer.field("status", status)
            writer.field("attributes", attributes)
            writer.field("skills", skills)
            writer.field("runnerVersion", ifPresent: runnerVersion)
            writer.field("enrolledAt", enrolledAt)
            writer.field("enrolmentKey", enrolmentKey)
            writer.field("lastCheckInAt", ifPresent: lastCheckInAt)
        }
    }

    /// Reads an object.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            id: try fields("id"), machineID: try fields("machineId"), hostname: try fields("hostname"),
            attributes: try fields("attributes"), enrolledAt: try fields("enrolledAt"), enrolmentKey: try fields("enrolmentKey"))
        status = try fields("status")
        skills = try fields("skills")
        runnerVersion = try fields.optional("runnerVersion")
        lastCheckInAt = try fields.optional("lastCheckInAt")
    }
}
