import FoundationEssentials
import Glibc
import JSON
public import Messages

/// The file in which a runner keeps its enrolment: `identity.json` in its data directory, readable by nobody else.
public struct RunnerIdentity: Sendable {
    /// The file's name.
    public static let fileName = "identity.json"
    /// The format's version.
    static let version = 1

    /// The data directory.
    public let directory: String

    /// The identity in `directory`.
    public init(directory: String) {
        self.directory = directory
    }

    /// The file.
    public var path: String { "\(directory)/\(Self.fileName)" }

    /// The identity; `nil` when the runner has none yet. Reads a file: not for the cooperative pool while others wait.
    ///
    /// - Throws: ``IdentityError`` when the file is damaged or others may read it.
    public func load() throws(IdentityError) -> EnrolledNode? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw error(expected: "a file that can be read", found: SystemError.last, advice: "let the runner's user read it")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            throw error(expected: "a file that can be read", found: SystemError.last, advice: "let the runner's user read it")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw error(
                expected: "mode 0600, because the file holds the node's keys", found: "mode 0" + String(status.st_mode & 0o777, radix: 8),
                advice: "chmod 600 the file; if others may have read it, enrol the node again")
        }
        guard let bytes = Self.contents(of: file) else {
            throw error(expected: "a file that can be read", found: SystemError.last, advice: "look at the disk")
        }
        return try decode(bytes)
    }

    private func decode(_ bytes: [UInt8]) throws(IdentityError) -> EnrolledNode {
        let advice = "restore it from a backup, or remove it and enrol the node again"
        do {
            var reader = JSONReader(bytes)
            let fields = try reader.fields()
            let version: Int = try fields.optional("version") ?? Self.version
            guard version == Self.version else {
                throw error(
                    expected: "version \(Self.version)", found: "version \(version)",
                    advice: "start the release of the runner that wrote it")
            }
            let node = try EnrolledNode(json: bytes)
            _ = try CommandKey(hex: node.commandKey)
            return node
        } catch let error as IdentityError {
            throw error
        } catch let problem as JSONError {
            throw error(expected: problem.expected, found: "\(problem.found) at \(problem.position)", advice: advice)
        } catch let problem {
            throw error(expected: "a command key of 64 hexadecimal digits", found: "\(problem)", advice: advice)
        }
    }

    /// Keeps `node`: written aside with mode 0600, synced, and put in place, so that the file is whole or the old one at any moment. Makes the
    /// directory (0700) if need be.
    ///
    /// - Throws: ``IdentityError`` when the file cannot be written.
    public func save(_ node: EnrolledNode) throws(IdentityError) {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("version", Self.version)
            writer.field("nodeId", node.nodeID)
            writer.field("brokerUrl", node.brokerURL)
            writer.field("user", node.user)
            writer.field("password", node.password)
            writer.field("commandKey", node.commandKey)
        }
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw unwritable() }
        let aside = "\(path).new"
        unlink(aside)
        let file = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unwritable() }
        let isWritten = Self.write(writer.bytes + [UInt8(ascii: "\n")], to: file) && fsync(file) == 0
        let reason = SystemError.last
        close(file)
        guard isWritten else {
            unlink(aside)
            throw unwritable(reason)
        }
        guard rename(aside, path) == 0 else { throw unwritable() }
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw unwritable() }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw unwritable() }
    }

    private func error(expected: String, found: String, advice: String) -> IdentityError {
        IdentityError(file: path, expected: expected, found: found, advice: advice)
    }

    private func unwritable(_ reason: String = SystemError.last) -> IdentityError {
        error(expected: "a directory that can be written", found: reason, advice: "let the runner's user write \(directory)")
    }

    private static func contents(of file: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var count = 0
        while count < bytes.count {
            let size = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress?.advanced(by: count), $0.count - count) }
            if size < 0, errno == EINTR { continue }
            guard size >= 0 else { return nil }
            if size == 0 { break }
            count += size
        }
        return Array(bytes[..<count])
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// An identity file that cannot be used: what was expected, what was found, and what to do about it.
public struct IdentityError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// What was expected.
    public let expected: String
    /// What was found.
    public let found: String
    /// What to do.
    public let advice: String

    /// One line.
    public var description: String { "\(file): expected \(expected), found \(found); \(advice)" }
}
