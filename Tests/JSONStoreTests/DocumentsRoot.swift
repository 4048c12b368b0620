import FoundationEssentials
import Glibc

@testable import JSONStore

/// A path for a document directory that does not exist yet; what was made there is removed with the last reference.
final class DocumentsRoot: Sendable {
    let path: String

    init() { path = FileManager.default.temporaryDirectory.path + "/documents-\(UUID().uuidString)" }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func makeDirectory(permissions: Int) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
    }

    func put(_ bytes: [UInt8], at name: String) throws { try Data(bytes).write(to: URL(filePath: "\(path)/\(name)")) }

    func bytes(at name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\(name)"))) }

    func text(at name: String) throws -> String { String(decoding: try bytes(at: name), as: UTF8.self) }

    func names(in folder: String) throws -> [String] { try PosixFileSystem().names(in: "\(path)/\(folder)").sorted() }

    /// Every file in a folder of the root, without those aside.
    func files() throws -> [String] {
        try names(in: "").filter { $0 != "aside" }.flatMap { folder in try names(in: folder).map { "\(folder)/\($0)" } }
    }

    func permissions(of name: String) throws -> UInt32 {
        var status = stat()
        guard stat("\(path)/\(name)", &status) == 0 else { throw SystemError.failure("stat", name) }
        return status.st_mode & 0o777
    }
}
