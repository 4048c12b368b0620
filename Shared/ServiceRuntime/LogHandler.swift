import FoundationEssentials
import JSON
import JobModel
public import Logging
import ServiceKit

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes log lines to standard error: as text for people, or one JSON object per line for machines.
public struct LineLogHandler: LogHandler {
    /// How lines are written.
    public enum Format: String, Sendable, CaseIterable {
        /// `2026-01-01T00:00:00.125Z info scheduler: Message key=value`
        case text
        /// `{"at": …, "level": …, "service": …, "message": …, "key": "value"}`
        case json
    }

    private let label: String
    private let format: Format
    /// Values of every line.
    public var metadata: Logger.Metadata = [:]
    /// Lines below it are not written.
    public var logLevel: Logger.Level

    /// A handler for `label`.
    public init(label: String, format: Format, level: Logger.Level) {
        self.label = label
        self.format = format
        logLevel = level
    }

    /// One value of every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line in one system call, so that lines of several threads do not mix.
    public func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var line: [UInt8]
        switch format {
        case .text:
            var text = "\(SystemTime().now) \(event.level.rawValue) \(label): \(event.message)"
            for (key, value) in values { text += " \(key)=\(Self.quoted("\(value)"))" }
            line = Array(text.utf8)
        case .json:
            var writer = JSONWriter()
            writer.object { writer in
                writer.field("at", SystemTime().now)
                writer.field("level", event.level.rawValue)
                writer.field("service", label)
                writer.field("message", "\(event.message)")
                for (key, value) in values {
                    writer.key(key)
                    writer.value("\(value)")
                }
            }
            line = writer.bytes
        }
        line.append(UInt8(ascii: "\n"))
        line.withUnsafeBytes { bytes in _ = write(2, bytes.baseAddress, bytes.count) }
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == " " || $0 == "\"" || $0.isNewline }) else { return text }
        var writer = JSONWriter()
        writer.value(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
