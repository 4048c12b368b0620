import FoundationEssentials
import JSON
import JSONStore
import JobModel
import Messages

/// How a finished instance stands in its file, line by line: first the instance without its runs, then its runs in the order of the plan, then
/// their output piece by piece. A run's line says where its output stands, so that a page of runs, one run or one stream reads just its bytes.
enum InstanceFile {
    private static let runLines = 2

    /// Where the output of one attempt to one stream stands.
    struct Stream: Sendable, Hashable {
        var place: OutputPlace
        /// The number of its first line.
        var line: Int
        var lines: Int
    }

    /// A run without its output, and where that is.
    struct Run: Sendable {
        var run: RunRecord
        var streams: [Stream]
    }

    /// The line of the run at `place`.
    static func line(ofRun place: Int) -> Int { runLines + place }

    // MARK: Writing

    /// The file's content.
    ///
    /// - Throws: `StoreError` when the instance without its runs, or a run without its output, is larger than a line may be (64 MiB).
    static func document(of record: InstanceRecord) throws -> [UInt8] {
        var document = LineDocument()
        var writer = JSONWriter(capacity: 4096)
        writer.object { record.encodeFields(to: &$0) }
        try document.add(writer.bytes)
        var next = runLines + record.runs.count
        for run in record.runs {
            let streams = streams(of: run.output, from: next)
            next += run.output.count
            try document.add(Run(run: run, streams: streams).encoded())
        }
        for run in record.runs {
            for chunk in run.output { try document.add(chunk.encoded()) }
        }
        return document.finish()
    }

    /// Output stands in order, so a stream's pieces are neighbours.
    private static func streams(of output: [OutputChunk], from first: Int) -> [Stream] {
        var streams: [Stream] = []
        for (place, chunk) in output.enumerated() {
            if streams.last?.place == chunk.place {
                streams[streams.count - 1].lines += 1
            } else {
                streams.append(Stream(place: chunk.place, line: first + place, lines: 1))
            }
        }
        return streams
    }

    // MARK: Reading

    /// The whole instance.
    ///
    /// - Throws: `StoreError` when the file is damaged, `JSONError` when a line is of another shape.
    static func record(_ reader: LineDocumentReader) async throws -> InstanceRecord {
        let lines = try await reader.read(Array(1...max(1, reader.count)))
        var record: InstanceRecord = try decode(lines[0])
        let runs = try lines[1...].prefix(record.runs.count).map { try decode($0) as Run }
        guard runs.count == record.runs.count else { throw shape("\(record.runs.count) runs, as planned", found: "\(runs.count)") }
        var restored: [RunRecord] = []
        for saved in runs {
            var run = saved.run
            for number in saved.streams.flatMap({ $0.line..<$0.line + $0.lines }) {
                guard lines.indices.contains(number - 1) else { throw shape("output in line \(number)", found: "\(lines.count) lines") }
                run.output.append(try decode(lines[number - 1]))
            }
            restored.append(run)
        }
        record.restore(restored)
        return record
    }

    /// The runs at `places`, without their output.
    static func runs(_ reader: LineDocumentReader, at places: [Int]) async throws -> [Run] {
        try await reader.read(places.map(line(ofRun:))).map { try decode($0) }
    }

    /// The output of `streams`.
    static func output(_ reader: LineDocumentReader, of streams: [Stream]) async throws -> [OutputChunk] {
        try await reader.read(streams.flatMap { $0.line..<$0.line + $0.lines }).map { try decode($0) }
    }

    private static func decode<Value: JSONDecodable>(_ line: [UInt8]) throws -> Value {
        try Value(json: line, limits: JSONLimits(bytes: .max))
    }

    private static func shape(_ expected: String, found: String) -> JSONError {
        JSONError(.value, expected: expected, found: found, position: JSONPosition(line: 1, column: 1, offset: 0), pointer: .root)
    }
}

extension InstanceFile.Run: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            run.encodeFields(to: &writer)
            if !streams.isEmpty { writer.field("outputLines", streams) }
        }
    }

    init(from reader: inout JSONReader) throws {
        var streams: [InstanceFile.Stream] = []
        run = try RunRecord(from: &reader) { reader, key in
            if key == "outputLines" { streams = try reader.decodeArray() } else { try reader.skip() }
        }
        self.streams = streams
    }
}

extension InstanceFile.Stream: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("step", place.step)
            writer.field("attempt", place.attempt)
            writer.field("stream", place.stream)
            writer.field("line", line)
            writer.field("lines", lines)
        }
    }

    init(from reader: inout JSONReader) throws {
        let fields = try reader.fields()
        place = OutputPlace(step: try fields("step"), attempt: try fields("attempt"), stream: try fields("stream"))
        line = try fields("line")
        lines = try fields("lines")
    }
}
