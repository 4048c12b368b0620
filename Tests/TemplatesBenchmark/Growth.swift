import Glibc
import JSON
import JobModel
import TemplateYAML

/// Reads documents of 64, 128 and 256 KiB of every shape as JSON, as YAML and as a gallery template's job, and compares how the time grows with
/// how that of one look at every byte grows in the same run: with a reader that takes linear time both grow fourfold.
///
/// - Returns: Whether nowhere the reader's grew more than twice as much.
func growth() -> Bool {
    print(
        "nanoseconds per byte at 64, 128, 256 KiB; growth from 64 to 256 KiB beside that of one look at every byte (linear: 1, quadratic: 4)"
    )
    var isLinear = true
    for shape in Shape.all {
        let documents = [16, 17, 18].map { Array(shape.document(1 << $0).utf8) }
        // What comes of it depends on the round and on the order of the bytes: a sum would be worked out once, and in large steps.
        let looks = documents.map { bytes in cost { round in bytes.reduce(round) { $0 &* 31 &+ Int($1) } } }
        for (reader, read) in readers {
            let costs = documents.map { bytes in cost { _ in read(bytes) } }
            let growth = costs[2] / costs[0] / (looks[2] / looks[0])
            let perByte = zip(costs, documents).map { ($0 / Double($1.count)).formatted }
            print("\(growth <= 2 ? "ok  " : "MORE") \(growth.formatted)  \(reader) \(shape.name): \(perByte.joined(separator: ", "))")
            isLinear = isLinear && growth <= 2
        }
    }
    return isLinear
}

private let readers: [(String, @Sendable ([UInt8]) -> Int)] = [
    ("json   ", { TemplateReader.read(TemplateDocument(json: $0)).problems.count }),
    ("yaml   ", { TemplateReader.read(TemplateDocument(yaml: $0)).problems.count }),
    (
        "gallery",
        { bytes in
            let head = Array(#"{"name": "g", "parameters": {"x": {"type": "text", "default": "y"}}, "job": "#.utf8)
            return GalleryTemplate.read(TemplateDocument(json: head + bytes + [UInt8(ascii: "}")])).problems.count
        }
    ),
]

/// The least processor time of five runs, in nanoseconds: what disturbs it only makes it longer.
private func cost(_ work: (_ round: Int) -> Int) -> Double {
    var shortest = Double.infinity
    var sum = 0
    for round in 0..<5 {
        let start = processorTime()
        sum &+= work(round)
        shortest = min(shortest, processorTime() - start)
    }
    // What nobody looks at is not worked out.
    if sum == .min { print("an unlikely sum") }
    return max(shortest, 1)
}

/// What this process has used of the processor so far, in nanoseconds.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

extension Double {
    fileprivate var formatted: String { String((self * 100).rounded() / 100) }
}
