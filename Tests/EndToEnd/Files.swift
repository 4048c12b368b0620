import FoundationEssentials
import Glibc

/// The files a test makes and looks at.
enum Files {
    /// A new directory that only this user may read.
    static func makeTemporaryDirectory() throws -> String {
        var template = Array("/tmp/courier-end-to-end-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble("no temporary directory: \(String(cString: strerror(errno)))") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func makeDirectory(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    static func write(_ bytes: [UInt8], to path: String, permissions: Int = 0o600) throws {
        try Data(bytes).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
    }

    static func write(_ text: String, to path: String, permissions: Int = 0o600) throws {
        try write(Array(text.utf8), to: path, permissions: permissions)
    }

    /// `nil` when there is no such file.
    static func bytes(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }

    /// Empty when there is no such file.
    static func text(_ path: String) -> String { String(decoding: bytes(path) ?? [], as: UTF8.self) }

    static func lines(_ path: String) -> [String] { text(path).split(separator: "\n").map(String.init) }

    static func names(in path: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func copy(_ path: String, to other: String) throws { try FileManager.default.copyItem(atPath: path, toPath: other) }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
