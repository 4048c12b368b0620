import FoundationEssentials
import JSON
import JobModel
import Testing

/// A job that is due every second, the first few times inside an exception window, and whose steps write down when they began and ended.
///
/// Whatever was killed, paused or restarted meanwhile: every due occurrence outside the window must have exactly one completed run in time, none
/// inside, and nothing else may have run.
struct TimedJob {
    let id: UUID
    let node: UUID
    let directory: String
    /// The occurrences, in seconds since the epoch.
    let due: ClosedRange<Int64>
    /// The first second outside the window.
    let windowEnd: Int64

    /// How late a run may begin, in seconds: a service that was killed or paused is made up for.
    static let tolerance: Int64 = 30
    /// How many seconds of the window lie after the job's start.
    private static let excepted: Int64 = 4

    /// Makes the job; its last occurrence is `seconds` from now.
    init(_ name: String, on stack: Stack, node: UUID, seconds: Int64) async throws {
        directory = "\(stack.directory)/\(name)"
        try Files.makeDirectory(directory)
        let now = Int64(Date().timeIntervalSince1970)
        // A window lasts a minute at least: most of it lies before the job is made, and what was due then is not asked of anyone.
        let start = now - 60 + Self.excepted
        var job = JobRequest(name, on: [node], steps: [Self.script(directory)])
        job.schedule = """
            "scheduleRule": "DTSTART:\(Self.basic(start))\\nRRULE:FREQ=SECONDLY;UNTIL=\(Self.basic(now + seconds))",
            "exceptionRules": [{"rrule": "RRULE:FREQ=DAILY", "duration": 1}], "missedPolicy": {"action": "runAll", "windowSeconds": 3600}
            """
        let answer = try await stack.api.post("/v1/jobs", job.text)
        guard let id = answer.item?["id"]?.text.flatMap(UUID.init(uuidString:)) else { throw Trouble("no job: \(answer.text)") }
        guard let created = try await stack.api.get("/v1/jobs/\(id.text)").item?["createdAt"]?.text.flatMap(Timestamp.init) else {
            throw Trouble("a job without createdAt")
        }
        (self.id, self.node) = (id, node)
        due = created.seconds...now + seconds
        windowEnd = start + 60
        #expect(answer.item?["exceptionReasons"]?.elements?.count == 1, "the first occurrence lies in the window: \(answer.text)")
    }

    private static func script(_ directory: String) -> [String] {
        [
            #"echo "begin $(date +%s)" >> '\#(directory)'/"$COURIER_RUN_ID""#, "sleep 0.1",
            #"echo "end $(date +%s)" >> '\#(directory)'/"$COURIER_RUN_ID""#,
        ]
    }

    /// As RFC 5545 writes an instant.
    private static func basic(_ seconds: Int64) -> String {
        Timestamp(seconds: seconds).description.filter { $0 != "-" && $0 != ":" }
    }

    /// How many runs have begun.
    var begun: Int { Files.names(in: directory).count }

    /// Waits until every occurrence has come to something, and looks at each.
    func check(on stack: Stack) async throws {
        let left = max(0, due.upperBound - Int64(Date().timeIntervalSince1970))
        let instances = try await eventually("every occurrence to be over", within: .seconds(left + 60)) {
            let instances = try await stack.api.get("/v1/instances?jobId=\(id.text)&itemsPerPage=1000").items
            let isOver = instances.allSatisfy { item in
                item["status"]?.text.flatMap(InstanceStatus.init)?.isTerminal == true
            }
            return isOver && instances.count >= due.count ? instances : nil
        }
        var found: [Int64: JSONValue] = [:]
        for instance in instances {
            let time = try #require(instance["scheduledAt"]?.text.flatMap(Timestamp.init))
            #expect(found.updateValue(instance, forKey: time.seconds) == nil, "two instances at \(time)")
            #expect(due.contains(time.seconds), "an instance at \(time), when nothing was due")
        }
        var runs: Set<String> = []
        for second in due {
            let time = Timestamp(seconds: second)
            let instance = try #require(found[second], "nothing became of the occurrence at \(time)")
            let run = Identifiers.run(of: Identifiers.instance(of: id, scheduledAt: time), on: node)
            runs.insert(run.text)
            try check(second, instance, lines: Files.lines("\(directory)/\(run.text)"))
        }
        #expect(Set(Files.names(in: directory).map { $0.lowercased() }).isSubset(of: runs), "something ran that was not due")
    }

    private func check(_ second: Int64, _ instance: JSONValue, lines: [String]) throws {
        let time = Timestamp(seconds: second)
        guard second >= windowEnd else {
            #expect(instance["status"]?.text == "notPerformed", "\(time) lies in the window")
            #expect(instance["reason"]?.text?.hasPrefix("excepted") == true, "\(instance)")
            #expect(lines == [], "\(time) lies in the window and ran")
            return
        }
        #expect(instance["status"]?.text == "success", "\(time): \(instance)")
        #expect(lines.map { $0.prefix { $0 != " " } } == ["begin", "end"], "\(time) ran otherwise than once: \(lines)")
        guard let begin = lines.first?.split(separator: " ").last.flatMap({ Int64($0) }) else { return }
        #expect((second...second + Self.tolerance).contains(begin), "\(time) began at \(Timestamp(seconds: begin))")
    }
}
