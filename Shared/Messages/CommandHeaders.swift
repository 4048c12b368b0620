public import FoundationEssentials
public import JobModel
public import MessageBus

/// What differs between the commands of one instance: whom a command is for, how long it holds, who sent it, and the proof of it.
public struct CommandHeaders: Sendable, Hashable {
    /// The run.
    public var runID: UUID
    /// The node it is meant for.
    public var nodeID: UUID
    /// How often the run was started, from 1.
    public var attempt: Int
    /// A runner does not start it after this.
    public var expires: Timestamp
    /// The worker that drives the instance.
    public var owner: String
    /// The worker's epoch.
    public var epoch: Int

    /// Headers of a command for `nodeID`.
    public init(runID: UUID, nodeID: UUID, attempt: Int, expires: Timestamp, owner: String, epoch: Int) {
        self.runID = runID
        self.nodeID = nodeID
        self.attempt = attempt
        self.expires = expires
        self.owner = owner
        self.epoch = epoch
    }

    /// The headers as they travel, `code` being the authentication code.
    public func messageHeaders(instance: UUID, code: String) -> MessageHeaders {
        var headers = MessageHeaders()
        headers.set(HeaderName.instance, instance)
        headers.set(HeaderName.run, runID)
        headers.set(HeaderName.node, nodeID)
        headers[HeaderName.attempt] = .int(Int64(attempt))
        headers[HeaderName.expires] = .string(expires.description)
        headers[HeaderName.owner] = .string(owner)
        headers[HeaderName.epoch] = .int(Int64(epoch))
        headers[HeaderName.authentication] = .string(code)
        return headers
    }

    /// Reads a command's headers.
    ///
    /// - Throws: ``InvalidCommand`` naming the first header that is missing or malformed.
    public init(_ headers: MessageHeaders) throws {
        func need<T>(_ value: T?, _ name: String) throws -> T {
            guard let value else { throw InvalidCommand(reason: "header \(name) is missing or malformed") }
            return value
        }
        self.init(
            runID: try need(headers.uuid(HeaderName.run), HeaderName.run),
            nodeID: try need(headers.uuid(HeaderName.node), HeaderName.node),
            attempt: try need(headers.int(HeaderName.attempt), HeaderName.attempt),
            expires: try need(headers.string(HeaderName.expires).flatMap(Timestamp.init), HeaderName.expires),
            owner: try need(headers.string(HeaderName.owner), HeaderName.owner),
            epoch: try need(headers.int(HeaderName.epoch), HeaderName.epoch))
    }
}

/// A command that a runner refuses, and why.
public struct InvalidCommand: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why, in words.
    public let reason: String

    /// A refusal because of `reason`.
    public init(reason: String) {
        self.reason = reason
    }

    /// Why, in words.
    public var description: String { "command refused: \(reason)" }
}
