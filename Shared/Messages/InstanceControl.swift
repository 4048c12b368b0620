public import FoundationEssentials
public import JSON
public import JobModel

/// `instance.control`: API → collector, which passes it on to the worker that owns the instance.
///
/// While an instance is paused none of its runs starts; those under way go on. The request that was made last counts, in whatever order they come.
public struct InstanceControl: Message, Hashable {
    /// The name on the wire.
    public static let name = "instance.control"
    /// The instance.
    public var instanceID: UUID
    /// What is to be done.
    public var action: Action
    /// Who asked for it, in words.
    public var reason: String
    /// When the API accepted the request; later for every later request.
    public var requestedAt: Timestamp

    /// What a user does to an instance that goes on.
    public enum Action: String, Sendable, Hashable, CaseIterable, JSONEnumeration {
        /// Start nothing new.
        case pause
        /// Go on.
        case resume
    }

    /// Do `action`.
    public init(instanceID: UUID, action: Action, reason: String, requestedAt: Timestamp) {
        self.instanceID = instanceID
        self.action = action
        self.reason = reason
        self.requestedAt = requestedAt
    }

    /// Whether it was asked for after `other`; a repeat was not.
    public func isNewer(than other: InstanceControl?) -> Bool {
        other.map { $0.requestedAt < requestedAt } ?? true
    }

    /// Writes the message body.
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("instanceId", instanceID)
            writer.field("action", action)
            writer.field("reason", reason)
            writer.field("requestedAt", requestedAt)
        }
    }

    /// Reads the message body.
    ///
    /// - Throws: `JSONError` for a missing field or one of another type.
    public init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        self.init(
            instanceID: try fields("instanceId"), action: try fields("action"), reason: try fields("reason"),
            requestedAt: try fields("requestedAt"))
    }
}
