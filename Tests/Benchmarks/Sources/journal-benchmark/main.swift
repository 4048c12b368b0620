import FoundationEssentials
import JSONStore

let arguments = CommandLine.arguments
let parent = arguments.count > 1 ? arguments[1] : "/var/tmp"
let records = arguments.count > 2 ? Int(arguments[2]) ?? 1_000_000 : 1_000_000
let directory = "\(parent)/courier-journal-benchmark-\(ProcessInfo.processInfo.processIdentifier)"
let format = StoreFormat(name: "courier.benchmark", version: 1)
let record = Array(("{\"event\":\"" + String(repeating: "a", count: 230) + "\"}").utf8)
let clock = ContinuousClock()

func seconds(since start: ContinuousClock.Instant) -> Double { (clock.now - start) / .seconds(1) }

func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

func remove() { try? FileManager.default.removeItem(atPath: directory) }

func open() async throws -> FileStore { try await FileStore.open(directory, format: format) }

func report(_ name: String, _ store: FileStore, records: Int, seconds: Double, waits: [Double]) {
    let waits = waits.sorted()
    let commits = Int(store.usage.commits)
    let (median, late) = (waits[waits.count / 2], waits[waits.count * 99 / 100])
    print(
        "\(name): \(Int(Double(records) / seconds)) records/s, \(commits) commits, "
            + "append median \(rounded(median * 1e3)) ms, 99% \(rounded(late * 1e3)) ms")
}

/// One caller that waits for each batch.
func appendBatches(of size: Int) async throws {
    let store = try await open()
    _ = try await store.recover { _ in }
    let batch = [[UInt8]](repeating: record, count: size)
    var waits: [Double] = []
    let start = clock.now
    while waits.count < 3_000, seconds(since: start) < 4 {
        let before = clock.now
        try await store.append(batch)
        waits.append(seconds(since: before))
    }
    report("batches of \(size)", store, records: waits.count * size, seconds: seconds(since: start), waits: waits)
    await store.close()
    remove()
}

/// Many callers that each wait for their own record.
func appendTogether(callers: Int) async throws {
    let store = try await open()
    _ = try await store.recover { _ in }
    let start = clock.now
    let waits = try await withThrowingTaskGroup(of: [Double].self) { group in
        for _ in 0..<callers {
            group.addTask {
                var waits: [Double] = []
                for _ in 0..<100 {
                    let before = clock.now
                    try await store.append(record)
                    waits.append(seconds(since: before))
                }
                return waits
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
    report("\(callers) callers", store, records: waits.count, seconds: seconds(since: start), waits: waits)
    await store.close()
    remove()
}

/// Reads a journal of `records` lines back.
func replay() async throws {
    let store = try await open()
    _ = try await store.recover { _ in }
    let batch = [[UInt8]](repeating: record, count: 1_000)
    for _ in 0..<max(1, records / batch.count) { try await store.append(batch) }
    await store.close()
    let start = clock.now
    let again = try await open()
    var bytes = 0
    let recovery = try await again.recover { bytes += $0.body.count }
    let time = seconds(since: start)
    let rate = Int(Double(recovery.journalRecords) / time)
    print("replay: \(recovery.journalRecords) records, \(bytes >> 20) MiB, in \(rounded(time)) s, \(rate) records/s")
    await again.close()
    remove()
}

print("Records of \(record.count) bytes in \(directory):")
for size in [1, 10, 100, 1_000] { try await appendBatches(of: size) }
try await appendTogether(callers: 1_000)
try await replay()
