import Glibc
import MessageBus

/// What should not happen in a measurement.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// The value below which `share` of the sorted `values` are.
func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    return sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)]
}

extension String {
    /// Filled with spaces from the left.
    func padded(_ width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
}

/// One `sh -c 'echo hi'` as C does it: spawn, read its output to the end, wait. Whether it went well.
func spawnOnce() -> Bool {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0, fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else { return false }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var words: [UnsafeMutablePointer<CChar>?] = (["/bin/sh", "-c", "echo hi"] as [String]).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/bin"), nil]
    defer { for text in words + variables { free(text) } }
    var pid = pid_t()
    let code = posix_spawn(&pid, "/bin/sh", &actions, nil, &words, &variables)
    close(ends[1])
    defer { close(ends[0]) }
    guard code == 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 4096)
    var total = 0
    while true {
        let size = read(ends[0], &buffer, buffer.count)
        if size <= 0 { break }
        total += size
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status == 0 && total == 3
}

/// The messages of one queue, one at a time.
struct Inbox {
    private let subscription: Subscription
    private var iterator: DeliveryBatches.AsyncIterator
    private var waiting: ArraySlice<Delivery> = []

    init(_ queue: String, on bus: any MessageBus) async throws {
        subscription = try await bus.consume(queue, prefetch: 1000)
        iterator = subscription.batches.makeAsyncIterator()
    }

    mutating func next() async throws -> Delivery {
        while true {
            if let delivery = waiting.popFirst() { return delivery }
            guard let batch = await iterator.next() else { throw Unexpected("the messages have come to an end") }
            subscription.settle(batch.map(\.tag), .acknowledge)
            waiting = batch[...]
        }
    }
}
