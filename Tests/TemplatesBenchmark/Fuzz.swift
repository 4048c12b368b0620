import FoundationEssentials
import JobModel
import TemplateYAML
import TestSupport

/// Reads so many inputs and says what came of them, a line every million: how many were accepted, and how long the slowest took.
///
/// - Returns: Whether every one was answered as it should be.
func fuzz(inputs count: Int, seed: UInt64) throws -> Bool {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    var source = try DamagedTemplates(fixtures: tests.appending(path: "Fixtures/templates").path, seed: seed)
    let clock = ContinuousClock()
    let start = clock.now
    var (accepted, read, faults) = (0, 0, 0)
    var slowest = (time: Duration.zero, bytes: 0)
    while read < count {
        let bytes = source.next()
        let before = clock.now
        for reading in [TemplateReader.read(TemplateDocument(json: bytes)), TemplateReader.read(TemplateDocument(yaml: bytes))] {
            if reading.template != nil { accepted += 1 }
            guard let fault = DamagedTemplates.fault(of: reading) else { continue }
            faults += 1
            print("input \(read): \(fault): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        let time = clock.now - before
        if time > slowest.time { slowest = (time, bytes.count) }
        read += 2
        if read % 1_000_000 == 0 || read >= count {
            print(
                "\(read) inputs, \(accepted) accepted, \(faults) faults; slowest pair \(slowest.time) (\(slowest.bytes) bytes); \(clock.now - start)"
            )
        }
    }
    return faults == 0
}
