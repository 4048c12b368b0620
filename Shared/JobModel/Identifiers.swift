import Crypto
public import FoundationEssentials

/// The three identifiers that are computed instead of drawn, so that whoever repeats a step names the same thing again.
///
/// Each is a UUID version 5 (RFC 9562 section 5.5: SHA-1 of a namespace and a name); the namespace is the identifier of what it belongs to.
public enum Identifiers {
    /// The instance of `job` that is due at `scheduledAt`: a second's occurrence has one instance however often it is computed.
    public static func instance(of job: UUID, scheduledAt: Timestamp) -> UUID {
        version5(namespace: job, name: Array(scheduledAt.description.utf8))
    }

    /// The instance of `job` that the request `request` asked for beside the schedule.
    public static func instance(of job: UUID, requestedBy request: UUID) -> UUID {
        version5(namespace: job, name: bytes(of: request))
    }

    /// The run of `instance` on `node`.
    public static func run(of instance: UUID, on node: UUID) -> UUID {
        version5(namespace: instance, name: bytes(of: node))
    }

    /// The command that starts `run` for the `attempt`-th time (from 1): a resent command has the same identifier.
    public static func command(of run: UUID, attempt: Int) -> UUID {
        version5(namespace: run, name: Array(String(attempt).utf8))
    }

    /// RFC 9562 section 5.5.
    static func version5(namespace: UUID, name: [UInt8]) -> UUID {
        var hash = Insecure.SHA1()
        withUnsafeBytes(of: namespace.uuid) { hash.update(bufferPointer: $0) }
        name.withUnsafeBytes { hash.update(bufferPointer: $0) }
        var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &value) { target in
            hash.finalize().withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(16))) }
            target[6] = target[6] & 0x0F | 0x50
            target[8] = target[8] & 0x3F | 0x80
        }
        return UUID(uuid: value)
    }

    private static func bytes(of id: UUID) -> [UInt8] {
        withUnsafeBytes(of: id.uuid) { Array($0) }
    }
}
