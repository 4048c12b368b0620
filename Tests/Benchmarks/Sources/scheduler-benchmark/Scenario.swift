import FoundationEssentials
import JSONStore
import JobModel
import Logging
import MessageBus
import Messages
import SchedulerCore
import ServiceKit

/// What the measurements share: jobs, and an engine over a store on the disk.
enum Scenario {
    static let silent = Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })

    static func open(_ directory: String) async throws -> FileStore {
        try await FileStore.open(directory, format: StoreFormat(name: "courier.scheduler", version: 1))
    }

    static func engine(_ store: FileStore, _ bus: any MessageBus) async throws -> ServiceEngine<SchedulerState> {
        let engine = ServiceEngine(SchedulerState(), store: store, bus: bus, logger: silent, options: .scheduler)
        try await engine.recover()
        return engine
    }

    /// Puts `count` jobs in force, 200 at a time as a broker would deliver them; `rule` is told the number of the job.
    static func put(_ count: Int, in engine: ServiceEngine<SchedulerState>, rule: @escaping @Sendable (Int) -> String) async throws {
        for first in stride(from: 0, to: count, by: 200) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in first..<min(first + 200, count) {
                    group.addTask {
                        let accepted = Timestamp(seconds: SystemTime().now.seconds)
                        let put = JobPut(jobID: UUID(), version: 1, acceptedAt: accepted, template: template(number, rule: rule(number)))
                        try await engine.perform(.put(JobVersion(put)))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func template(_ number: Int, rule: String) -> JobTemplate {
        JobTemplate(
            name: "job \(number)", scheduleRule: rule,
            target: Target(
                executionType: .parallel,
                groups: [NodeGroup(batchSize: Quantity(.number, 1), distributionMethod: .rolling, selector: .nodes([UUID()]))]),
            actions: Actions(
                steps: [Step(name: "one", interpreter: Interpreter(name: "shell"), command: .lines(["linux": ["true"]]))]))
    }

    /// As RFC 5545 writes an instant.
    static func basic(_ seconds: Int64) -> String {
        Timestamp(seconds: seconds).description.filter { $0 != "-" && $0 != ":" }
    }
}
