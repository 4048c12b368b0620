/// The first line of a file: whose it is, in which version, and which sequences it is about.
struct FileHeader: Equatable {
    enum Role: Equatable {
        /// A journal file: its first record has this sequence.
        case segment(first: UInt64)
        /// A snapshot: it stands for everything up to this sequence.
        case snapshot(covers: UInt64)
    }

    var format: String
    var version: Int
    var role: Role

    /// The body of the header's line, such as `{"format":"courier.scheduler","version":1,"first":17}`.
    var body: [UInt8] {
        let place =
            switch role {
            case .segment(let first): "\"first\":\(first)"
            case .snapshot(let sequence): "\"covers\":\(sequence)"
            }
        return Array("{\"format\":\"\(format)\",\"version\":\(version),\(place)}".utf8)
    }

    init(format: StoreFormat, role: Role) {
        self.format = format.name
        version = format.version
        self.role = role
    }

    /// Reads exactly what `body` writes.
    init?(body: [UInt8]) {
        let parts = String(decoding: body, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3, let name = Self.text(parts[0], "{\"format\":\"", "\""),
            let version = Self.text(parts[1], "\"version\":", ""),
            let number = Int(version)
        else { return nil }
        format = name
        self.version = number
        if let first = Self.text(parts[2], "\"first\":", "}").flatMap(UInt64.init) {
            role = .segment(first: first)
        } else if let sequence = Self.text(parts[2], "\"covers\":", "}").flatMap(UInt64.init) {
            role = .snapshot(covers: sequence)
        } else {
            return nil
        }
        guard self.body == body else { return nil }
    }

    private static func text(_ part: Substring, _ prefix: String, _ suffix: String) -> String? {
        guard part.hasPrefix(prefix), part.hasSuffix(suffix), part.utf8.count >= prefix.utf8.count + suffix.utf8.count else { return nil }
        return String(part.dropFirst(prefix.count).dropLast(suffix.count))
    }

    /// Whether this store can read the file.
    func check(against wanted: StoreFormat, role: Role, file: String) throws(StoreError) {
        guard format == wanted.name else {
            throw StoreError(
                .otherFormat, file: file, line: 1, expected: "format \(wanted.name)", found: "format \(format)",
                advice: "this directory belongs to another service: check the configured directory")
        }
        guard version <= wanted.version else {
            throw StoreError(
                .newerVersion, file: file, line: 1, expected: "version \(wanted.version) or older of \(wanted.name)",
                found: "version \(version)",
                advice: "a newer release has written here: start that release or a later one, or restore a backup from before the upgrade")
        }
        if version < 1 || wanted.missingMigration(from: version) != nil {
            throw StoreError(
                .notMigrated, file: file, line: 1, expected: "a version of \(wanted.name) that migrates to \(wanted.version)",
                found: "version \(version)", advice: "start a release in between first, which migrates it")
        }
        guard self.role == role else {
            throw .damaged(
                file, line: 1, expected: "a header of \(role.text), as the file's name says", found: "a header of \(self.role.text)")
        }
    }
}

extension FileHeader.Role {
    var text: String {
        switch self {
        case .segment(let first): "a journal from sequence \(first)"
        case .snapshot(let sequence): "a snapshot of sequence \(sequence)"
        }
    }
}
