import FoundationEssentials
import Messages
import ServiceKit
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory that is gone with its owner.
private final class Directory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "courier-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var key: MasterKeyFile { MasterKeyFile(path: "\(path)/master.key") }

    func write(_ text: String, mode: mode_t = 0o600) throws {
        try Data(text.utf8).write(to: URL(filePath: key.path))
        chmod(key.path, mode)
    }
}

@Suite struct MasterKeyFileTests {
    private let digits = String(repeating: "0a", count: 32)
    private let node = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))

    @Test func aNewFileIsPrivateAndReadTheSameAgain() throws {
        let directory = try Directory()
        let key = try directory.key.loadOrCreate()
        let text = try String(contentsOfFile: directory.key.path, encoding: .utf8)
        #expect(text.utf8.count == 65)
        #expect(text.hasSuffix("\n"))
        var status = stat()
        #expect(stat(directory.key.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(try directory.key.load().commandKey(of: node).hex == key.commandKey(of: node).hex)
        #expect(try directory.key.loadOrCreate().commandKey(of: node).hex == key.commandKey(of: node).hex)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["master.key"])
    }

    @Test func manyThatStartAtOnceAgree() async throws {
        let directory = try Directory()
        let file = directory.key
        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try file.loadOrCreate().commandKey(of: node).hex } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(keys.count == 1)
    }

    @Test func theKeyIsWhatTheDigitsSay() throws {
        let directory = try Directory()
        try directory.write(digits)
        let expected = try MasterKey(bytes: [UInt8](repeating: 10, count: 32)).commandKey(of: node).hex
        #expect(try directory.key.load().commandKey(of: node).hex == expected)
        try directory.write(digits.uppercased() + "\n")
        #expect(try directory.key.load().commandKey(of: node).hex == expected)
    }

    @Test(
        arguments: [
            ("", 0o600, "found 0 characters"), ("0a", 0o600, "found 2 characters"),
            (String(repeating: "0g", count: 32), 0o600, "not all hex"),
            (String(repeating: "0a", count: 33), 0o600, "found 66 characters"),
            (String(repeating: "0a", count: 32), 0o640, "found mode 0640"),
        ] as [(String, mode_t, String)])
    func aFileThatCannotBeUsedIsNamedWithWhatWasFound(text: String, mode: mode_t, found: String) throws {
        let directory = try Directory()
        try directory.write(text, mode: mode)
        let error = try #require(throws: MasterKeyFileError.self) { try directory.key.loadOrCreate() }
        #expect("\(error)".contains(found), "\(error)")
        #expect("\(error)".contains(directory.key.path))
        #expect("\(error)".contains("expected"))
        #expect(text.isEmpty || text.utf8.count < 8 || !"\(error)".contains(text))
        // It is left as it was.
        #expect(try String(contentsOfFile: directory.key.path, encoding: .utf8) == text)
    }

    @Test func aMissingFileOrDirectoryIsSaid() throws {
        let directory = try Directory()
        let missing = try #require(throws: MasterKeyFileError.self) { try directory.key.load() }
        #expect(missing.found == "no file")
        let nowhere = MasterKeyFile(path: "\(directory.path)/missing/master.key")
        let error = try #require(throws: MasterKeyFileError.self) { try nowhere.loadOrCreate() }
        #expect(error.found == "No such file or directory")
    }

    @Test func aLinkOrDirectoryIsNotFollowed() throws {
        let directory = try Directory()
        try directory.write(digits)
        try FileManager.default.createSymbolicLink(atPath: "\(directory.path)/link", withDestinationPath: directory.key.path)
        #expect(throws: MasterKeyFileError.self) { try MasterKeyFile(path: "\(directory.path)/link").load() }
        #expect(throws: MasterKeyFileError.self) { try MasterKeyFile(path: directory.path).load() }
    }

    @Test func secretsDoNotPrint() {
        let secret = SecretBytes(randomCount: 32)
        #expect(secret.bytes.count == 32)
        #expect("\(secret)" == "<32 secret bytes>")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("\(secret.bytes[0]),") && dumped.contains("secret"))
        #expect(SecretBytes(hex: secret.hex)?.bytes == secret.bytes)
        #expect(SecretBytes(hex: "0") == nil)
        #expect(SecretBytes(hex: "0x") == nil)
    }
}
