import Dispatch
import Glibc

/// A file or artifact that an output rule takes its value from.
struct SourceFile: Sendable {
    /// The longest file that is looked at: 1 MiB.
    static let maximumBytes = 1 << 20

    private let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Reads on a thread of its own: a file may lie on a disk or a network that does not answer.
    func contents() async throws(Unextracted) -> [UInt8] {
        let contents: Result<[UInt8], Unextracted> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Result { () throws(Unextracted) in try read() }) }
        }
        return try contents.get()
    }

    private func read() throws(Unextracted) -> [UInt8] {
        // Without O_NONBLOCK a pipe would wait for its writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw failure(SystemError.last) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(SystemError.last) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("expected a regular file") }
        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let size = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress?.advanced(by: count), $0.count - count) }
            if size < 0, errno == EINTR { continue }
            guard size >= 0 else { throw failure(SystemError.last) }
            if size == 0 { break }
            count += size
        }
        guard count <= Self.maximumBytes else { throw failure("longer than \(Self.maximumBytes) bytes") }
        return Array(bytes[..<count])
    }

    private func failure(_ reason: String) -> Unextracted { Unextracted("\(path): \(reason)") }
}
