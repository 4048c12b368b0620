import FoundationEssentials
import Glibc
import JSONStore
import JobModel
import MessageBus
import SchedulerCore
import ServiceKit

/// What a scheduler costs that has many jobs and nothing to do.
enum Standing {
    /// Fills a store with jobs that are due in a year.
    static func fill(jobs: Int, directory: String) async throws {
        let store = try await Scenario.open(directory)
        let engine = try await Scenario.engine(store, InMemoryBus(InMemoryBroker()))
        let start = SystemTime().now.seconds + 31_536_000
        let clock = ContinuousClock()
        let begin = clock.now
        // A scheduler that publishes: without, everything said would wait in its store.
        let running = Task { try await engine.run() }
        try await Scenario.put(jobs, in: engine) { "DTSTART:\(Scenario.basic(start + Int64($0)))\nRRULE:FREQ=DAILY" }
        print("\(jobs) jobs put in \(seconds(clock.now - begin)) s")
        running.cancel()
        await store.close()
    }

    /// Starts a scheduler over the store, and lets it stand.
    static func start(directory: String) async throws {
        let before = residentMegabytes()
        let clock = ContinuousClock()
        let begin = clock.now
        let store = try await Scenario.open(directory)
        let engine = try await Scenario.engine(store, InMemoryBus(InMemoryBroker()))
        let started = clock.now - begin
        let jobs = await engine.read { $0.jobCount }
        print("\(jobs) jobs: started in \(seconds(started)) s, \(residentMegabytes() - before) MB more resident")
        let running = Task { try await engine.run() }
        // The first moments are those in which what was said is said again.
        try await Task.sleep(for: .seconds(2))
        let cpu = processorSeconds()
        try await Task.sleep(for: .seconds(10))
        let used = processorSeconds() - cpu
        print("\(jobs) jobs: \((used * 1e5).rounded() / 1e4) % of a processor over 10 s with nothing due")
        running.cancel()
        await store.close()
    }

    private static func seconds(_ duration: Duration) -> Double { (duration / .milliseconds(1)).rounded() / 1000 }

    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func residentMegabytes() -> Int {
        let text = FileManager.default.contents(atPath: "/proc/self/statm").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (pages * Int(getpagesize())) >> 20
    }
}
