import Glibc

/// The small files by which the kernel tells and is told things: `/proc` and `/sys/fs/cgroup`.
enum KernelFile {
    /// What is in the file; `nil` when it is not there or may not be read.
    static func contents(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var contents: [UInt8] = []
        while true {
            var count = 0
            let start = contents.count
            contents.append(contentsOf: repeatElement(0, count: 4096))
            contents.withUnsafeMutableBytes { buffer in
                count = read(file, buffer.baseAddress?.advanced(by: start), 4096)
            }
            contents.removeLast(4096 - max(count, 0))
            if count == 0 { return contents }
            if count < 0, errno != EINTR { return nil }
        }
    }

    /// The words of the file; none when it cannot be read.
    static func words(of path: String) -> [String] {
        String(decoding: contents(of: path) ?? [], as: UTF8.self).split { $0.isWhitespace }.map(String.init)
    }

    /// The lines of the file; none when it cannot be read.
    static func lines(of path: String) -> [String] {
        String(decoding: contents(of: path) ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Writes `text` in one call, as these files want it. Returns 0, or the error's number.
    static func write(_ text: String, to path: String) -> Int32 {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return errno }
        defer { close(file) }
        let bytes = Array(text.utf8)
        return Glibc.write(file, bytes, bytes.count) == bytes.count ? 0 : errno
    }

    /// The names in a directory, `.` and `..` left out; none when it cannot be read.
    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
