public import Messages

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file in which the control plane keeps its ``Messages/MasterKey``: 64 hexadecimal digits and a newline, mode 0600.
///
/// Workers and the node-resolver read the same file; whoever starts first makes it. The calls block for as long as the file system takes: they
/// belong before a service starts serving.
public struct MasterKeyFile: Sendable {
    /// Where the file is.
    public let path: String

    /// The file at `path`; its directory must exist.
    public init(path: String) {
        self.path = path
    }

    /// Reads the key.
    ///
    /// - Throws: ``MasterKeyFileError`` when the file is missing, readable by others, or holds anything else.
    public func load() throws -> MasterKey {
        guard let key = try loadIfPresent() else {
            throw MasterKeyFileError(
                file: path, expected: "a file with 64 hexadecimal digits", found: "no file",
                advice: "copy it from where the control plane was set up")
        }
        return key
    }

    /// Reads the key, or draws one and writes it. Of several processes that do this at once, one writes and all read what it wrote.
    ///
    /// - Throws: ``MasterKeyFileError`` when the file is readable by others, holds anything else, or cannot be made.
    public func loadOrCreate() throws -> MasterKey {
        if let key = try loadIfPresent() { return key }
        try create()
        return try load()
    }

    // MARK: Reading

    private func loadIfPresent() throws -> MasterKey? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("a readable file that is no link", errno)
        }
        defer { close(descriptor) }
        try checkKind(descriptor)
        let text = try readText(descriptor)
        let digits = text.last == UInt8(ascii: "\n") ? text.dropLast() : text[...]
        guard digits.count == 64, let secret = SecretBytes(hex: String(decoding: digits, as: UTF8.self)) else {
            let found = digits.count == 64 ? "64 characters that are not all hexadecimal digits" : "\(digits.count) characters"
            throw MasterKeyFileError(
                file: path, expected: "64 hexadecimal digits and a newline", found: found,
                advice: "restore the file from a backup; nodes must enrol again when a new key is made")
        }
        return try MasterKey(bytes: secret.bytes)
    }

    private func checkKind(_ descriptor: Int32) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("a file whose mode can be read", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw MasterKeyFileError(file: path, expected: "a regular file", found: "something else", advice: "name another path")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw MasterKeyFileError(
                file: path, expected: "mode 0600", found: "mode 0\(String(status.st_mode & 0o777, radix: 8))",
                advice: "run chmod 600 on it if nobody else has read it, else make a new key")
        }
    }

    /// The first bytes of the file: one more than the longest that is right.
    private func readText(_ descriptor: Int32) throws -> [UInt8] {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 128)
        while text.count < 128 {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("a readable file", errno) }
            if count == 0 { break }
            text.append(contentsOf: buffer[..<count])
        }
        return text
    }

    // MARK: Making

    /// Writes beside the file and links it into place, so that the file is never there half, and never replaced.
    private func create() throws {
        let temporary = "\(path).\(SecretBytes(randomCount: 8).hex)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("a directory to make the file in", errno) }
        defer { unlink(temporary) }
        do {
            defer { close(descriptor) }
            try put(Array((SecretBytes(randomCount: 32).hex + "\n").utf8), to: descriptor)
            guard fsync(descriptor) == 0 else { throw failure("the file to reach the disk", errno) }
        }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure("the new file to take its name", errno) }
        try syncDirectory()
    }

    private func put(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("room for 65 bytes", errno) }
            rest = rest.dropFirst(count)
        }
    }

    private func syncDirectory() throws {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("a directory that can be opened", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("the directory to reach the disk", errno) }
    }

    private func failure(_ expected: String, _ number: Int32) -> MasterKeyFileError {
        MasterKeyFileError(
            file: path, expected: expected, found: String(cString: strerror(number)), advice: "check the path and who may use it")
    }
}

/// A key file that cannot be used. Never contains the key.
public struct MasterKeyFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// What was needed.
    public let expected: String
    /// What was there, or what happened.
    public let found: String
    /// What to do.
    public let advice: String

    /// The file, what was expected and found, what to do.
    public var description: String { "key file \(file): expected \(expected), found \(found); \(advice)" }
}
