import FoundationEssentials
import Glibc
import JSON
import JobModel
import TestSupport
import Testing

extension EndToEndTests {
    /// Occurrences, while the scheduler and everything around it is killed, paused and restarted.
    @Suite(.serialized, .timeLimit(.minutes(9)), .stack(runners: 2)) struct SchedulerTests {
        /// A second scheduler on the same data directory stands by; whenever the active one is killed, it takes over within seconds.
        @Test func theOtherSchedulerTakesOver() async throws {
            let stack = try #require(Stack.shared)
            let rounds = Executables.isLong ? 20 : 3
            var (active, standby) = ("scheduler", "scheduler-standby")
            try stack.start(standby)
            try await eventually("the standby to say so") {
                let ready = try? await stack.health(of: standby).send("GET", "/ready")
                return ready?.status == 503 && ready?.text.hasPrefix("standby: ") == true
            }
            #expect(try await stack.health(of: standby).send("GET", "/live").status == 200)
            let job = try await TimedJob("takeover", on: stack, node: stack.nodes[0], seconds: Int64(4 * rounds + 8))
            for round in 1...rounds {
                try await hasRunAgain(job)
                let killed = ContinuousClock.now
                try await stack.kill(active)
                try await stack.ready(standby)
                let gap = ContinuousClock.now - killed
                #expect(gap < .seconds(10), "round \(round): \(standby) took over after \(gap)")
                swap(&active, &standby)
                try stack.start(standby)
                try await hasRunAgain(job)
            }
            try await job.check(on: stack)
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
            // What the other tests call the scheduler is the active one again.
            if active != "scheduler" {
                try await stack.kill(active)
                try await stack.ready("scheduler")
            } else {
                try await stack.kill(standby)
            }
        }

        /// Jobs that are due in the same second travel through the broker together, and each comes to its end.
        @Test func whatIsDueTogetherRunsOnceEach() async throws {
            let stack = try #require(Stack.shared)
            let count = 40
            let due = Timestamp(seconds: Int64(Date().timeIntervalSince1970) + 10)
            let text = due.description.filter { $0 != "-" && $0 != ":" }
            var jobs: [String] = []
            for number in 1...count {
                var job = JobRequest("together \(number)", on: [stack.nodes[number % 2]], steps: [["true"]])
                job.schedule = #""scheduleRule": "DTSTART:\#(text)\nRRULE:FREQ=HOURLY;COUNT=1""#
                jobs.append(try #require(try await stack.api.post("/v1/jobs", job.text).item?["id"]?.text))
            }
            try #require(Date().timeIntervalSince1970 < Double(due.seconds) - 1, "the jobs were made in time")
            let published = try await messagesPublished(by: "scheduler", on: stack)
            for job in jobs {
                let instances = try await eventually("the instance of \(job) to be over", within: .seconds(60)) {
                    let instances = try await stack.api.get("/v1/instances?jobId=\(job)").items
                    return instances.first?["status"]?.text.flatMap(InstanceStatus.init)?.isTerminal == true ? instances : nil
                }
                #expect(instances.map { $0["status"]?.text } == ["success"], "\(instances)")
                try await eventually("job \(job) to be completed") {
                    try await stack.api.get("/v1/jobs/\(job)").item?["status"]?.text == "completed"
                }
            }
            #expect(try await messagesPublished(by: "scheduler", on: stack) - published < 3 * count)
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
        }

        private func messagesPublished(by name: String, on stack: Stack) async throws -> Int {
            let metrics = try await stack.health(of: name).send("GET", "/metrics").text
            let line = metrics.split(separator: "\n").first { $0.hasPrefix("courier_messages_published_total ") }
            return try #require(line?.split(separator: " ").last.flatMap { Int($0) }, "\(metrics)")
        }

        /// In the way of Jepsen's test of Chronos: faults of every kind, and a look at what the steps themselves wrote down.
        @Test func everyOccurrenceRunsOnceWhateverFails() async throws {
            let stack = try #require(Stack.shared)
            let rounds = Executables.isLong ? 10 : 1
            let job = try await TimedJob("chronos", on: stack, node: stack.nodes[1], seconds: Int64(14 * rounds))
            for _ in 0..<rounds {
                for victim in ["scheduler", "orchestrator-worker-1", "result-collector"] {
                    try await hasRunAgain(job)
                    try await stack.kill(victim)
                    try await stack.restart(victim)
                }
                for victim in ["scheduler", "orchestrator-worker-1"] {
                    try await hasRunAgain(job)
                    try stack.send(SIGSTOP, to: victim)
                    // Two seconds in which something is due and nobody is there.
                    try await Task.sleep(for: .seconds(2))
                    try stack.send(SIGCONT, to: victim)
                }
                await stack.broker.kill()
                try await stack.broker.start()
                for name in Stack.services + stack.workers { try await stack.ready(name) }
            }
            try await job.check(on: stack)
            #expect(try await stack.deadLetters().isEmpty)
            #expect(stack.crashed() == [])
        }

        /// Faults come while the job is at work, as long as it has occurrences left.
        private func hasRunAgain(_ job: TimedJob) async throws {
            let begun = job.begun
            try await eventually("another occurrence to run") {
                job.begun > begun || Int64(Date().timeIntervalSince1970) > job.due.upperBound
            }
        }
    }
}
