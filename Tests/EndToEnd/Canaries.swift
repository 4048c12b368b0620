import FoundationEssentials
import Glibc
import JSON

/// Values that must stand nowhere, in the forms in which somebody could leave them.
struct Canaries {
    /// What a place holds that it must not.
    struct Find: Hashable, CustomStringConvertible {
        var place: String
        var form: String

        var description: String { "\(place) holds '\(form)'" }
    }

    private let forms: [[UInt8]]

    init(_ values: [String]) {
        forms = values.flatMap { value -> [[UInt8]] in
            let bytes = Array(value.utf8)
            let quoted = Array(JSONValue.string(value).encoded().dropFirst().dropLast())
            // As JSON within JSON, too: an answer of the broker's management quotes what it found.
            let twice = Array(JSONValue.string(String(decoding: quoted, as: UTF8.self)).encoded().dropFirst().dropLast())
            return [bytes, quoted, twice, Array(Data(bytes).base64EncodedString().utf8)]
        }
    }

    /// The forms that `bytes` holds.
    func found(in bytes: [UInt8], at place: String) -> [Find] {
        Set(forms).filter { Self.contains(bytes, $0) }.map { Find(place: place, form: String(decoding: $0, as: UTF8.self)) }
    }

    /// With the C library's search for the first byte: the broker's files are large.
    private static func contains(_ bytes: [UInt8], _ form: [UInt8]) -> Bool {
        guard let first = form.first else { return false }
        return bytes.withUnsafeBytes { text in
            var rest = text[...]
            while rest.count >= form.count, let start = rest.baseAddress(of: first, in: text) {
                let place = start - (text.baseAddress ?? start)
                if text.count - place >= form.count, memcmp(start, form, form.count) == 0 { return true }
                rest = text[(place + 1)...]
            }
            return false
        }
    }

    func found(in text: String, at place: String) -> [Find] { found(in: Array(text.utf8), at: place) }

    /// What the files under `directory` hold, whatever they are, and how many files there were.
    func found(under directory: String) -> (finds: [Find], files: Int) {
        var (finds, files): ([Find], Int) = ([], 0)
        for name in Files.names(in: directory) {
            let path = "\(directory)/\(name)"
            if (try? FileManager.default.attributesOfItem(atPath: path)[.type]) as? FileAttributeType == .typeDirectory {
                let below = found(under: path)
                finds += below.finds
                files += below.files
            } else if let bytes = Files.bytes(path) {
                finds += found(in: bytes, at: path)
                files += 1
            }
        }
        return (finds, files)
    }

    /// What the arguments of all processes on this machine hold.
    func foundInArguments() -> [Find] {
        Self.processes.flatMap { found(in: Files.bytes("/proc/\($0)/cmdline") ?? [], at: "the arguments of process \($0)") }
    }

    /// The processes that have one in their environment.
    func holders() -> [pid_t] {
        Self.processes.filter { !found(in: Files.bytes("/proc/\($0)/environ") ?? [], at: "").isEmpty }
    }

    private static var processes: [pid_t] { Files.names(in: "/proc").compactMap { pid_t($0) } }
}

extension Slice<UnsafeRawBufferPointer> {
    /// Where `byte` stands first in this part of `whole`.
    fileprivate func baseAddress(of byte: UInt8, in whole: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
        guard let base = whole.baseAddress else { return nil }
        return memchr(base + startIndex, Int32(byte), count).map { UnsafeRawPointer($0) }
    }
}
