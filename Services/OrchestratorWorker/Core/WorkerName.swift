import FoundationEssentials

/// A worker's name: part of its queue's name, so it must outlive the process.
public enum WorkerName {
    /// The name kept in `directory`; drawn and kept there the first time.
    ///
    /// - Throws: when the file `name` cannot be read or written, or holds what cannot be a name.
    public static func kept(in directory: String) throws -> String {
        let path = directory + "/name"
        if let data = FileManager.default.contents(atPath: path) {
            let name = String(decoding: data, as: UTF8.self).trimmed
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), name.utf8.count <= 64 else {
                throw InvalidWorkerName(file: path)
            }
            return name
        }
        let name = "worker-" + UUID().uuidString.lowercased().prefix(8)
        try Data((name + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
        return name
    }
}

/// A kept name that cannot be one.
public struct InvalidWorkerName: Error, CustomStringConvertible {
    /// The file it was read from.
    public let file: String

    /// What was expected and what to do.
    public var description: String {
        "\(file): expected a worker's name of 1 to 64 visible ASCII characters; remove the file to have another drawn"
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
