/// What a store's records mean: a name, a version, and how to read older versions.
public struct StoreFormat: Sendable {
    /// Turns one record of a version into records of the next version: none, one or several.
    public typealias Migration = @Sendable (_ record: [UInt8]) throws -> [[UInt8]]

    /// Names the owner of the directory, such as `courier.scheduler`: 1 to 64 of `a-z`, `0-9`, `.` and `-`.
    public let name: String
    /// The version written, from 1.
    public let version: Int
    /// By version: how to turn its records into those of the next version. Versions without an entry cannot be read any more.
    public let migrations: [Int: Migration]

    /// Describes a format. Opening a store refuses a name or version outside the ranges above.
    public init(name: String, version: Int, migrations: [Int: Migration] = [:]) {
        self.name = name
        self.version = version
        self.migrations = migrations
    }

    func check() throws(StoreError) {
        let letters = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D }
        guard letters, (1...64).contains(name.utf8.count) else {
            throw .invalid(expected: "a format name of 1 to 64 of a-z, 0-9, . and -", found: "\"\(name)\"")
        }
        guard version >= 1 else { throw .invalid(expected: "a format version of at least 1", found: "\(version)") }
    }

    /// The first version between `version` and this format's that has no migration.
    func missingMigration(from version: Int) -> Int? {
        (version..<max(version, self.version)).first { migrations[$0] == nil }
    }

    /// The record as this version has it.
    func migrate(_ body: [UInt8], from version: Int, at source: RecordSource) throws(StoreError) -> [[UInt8]] {
        var records = [body]
        for step in version..<self.version {
            guard let migration = migrations[step] else { continue }
            do {
                records = try records.flatMap(migration)
            } catch {
                throw StoreError(
                    .notMigrated, file: source.file, line: source.line,
                    expected: "a record that migrates from version \(step) to \(step + 1)",
                    found: "\(error)", advice: "start the version that wrote it, and report the record", cause: error)
            }
        }
        for record in records { try RecordRules.check(record) }
        return records
    }
}
