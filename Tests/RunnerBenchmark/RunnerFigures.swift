import FoundationEssentials
import Glibc
import JSON
import JobModel
import MessageBus
import Messages
import RabbitMQBus
import TestSupport

/// Measures a runner's executable from outside, in the place of worker and collector.
final class RunnerFigures {
    private let executable: String
    private let steps: Int
    /// Steps of one run.
    private let perRun: Int
    private let node = UUID()
    private let directory: String
    private let broker: BrokerProcess
    private let bus: RabbitMQBus
    private let authenticator: CommandAuthenticator
    private var process: ChildProcess?
    private var reports: Inbox?
    private var checkIns: Inbox?
    private let clock = ContinuousClock()

    init(executable: String, steps: Int, perRun: Int) throws {
        self.executable = executable
        self.steps = steps
        self.perRun = perRun
        guard access(executable, X_OK) == 0 else { throw Unexpected("\(executable) is missing: build it, or name another with --runner") }
        directory = "/tmp/courier-runner-benchmark-\(getpid())"
        broker = try BrokerProcess()
        bus = try RabbitMQBus(RabbitMQConfiguration(url: broker.url, connectionName: "runner-benchmark"))
        let key = try MasterKey(bytes: Array(repeating: 7, count: 32)).commandKey(of: node)
        authenticator = CommandAuthenticator(key: key)
        try FileManager.default.createDirectory(
            atPath: "\(directory)/data", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let identity: [String: JSONValue] = [
            "version": .number(JSONNumber(1)), "nodeId": .string(node.uuidString), "brokerUrl": .string("amqp://127.0.0.1:\(broker.port)/"),
            "user": .string("guest"), "password": .string("guest"), "commandKey": .string(key.hex),
        ]
        try Data(JSONValue.object(identity).encoded()).write(to: URL(filePath: "\(directory)/data/identity.json"))
        chmod("\(directory)/data/identity.json", 0o600)
    }

    func measure() async throws {
        let result: Result<Void, any Error>
        do {
            try await connect()
            result = .success(try await figures())
        } catch {
            result = .failure(error)
        }
        if let process {
            kill(process.pid, SIGKILL)
            waitpid(process.pid, nil, 0)
        }
        await bus.close()
        await broker.stop()
        try? FileManager.default.removeItem(atPath: directory)
        try result.get()
    }

    private func figures() async throws {
        var starts: [Double] = []
        for _ in 0..<10 {
            try await stop()
            starts.append(try await start() / .milliseconds(1))
        }
        print("start, from the process's first instruction to its check-in at the broker: median \(median(starts).rounded()) ms")
        try await idle("idle, just started")
        try await latency()
        try await cancels()
        try await idle("idle, after these runs")
        try await flood()
        try await manySteps()
        try await idle("idle, after \(steps) steps")
    }

    private func latency() async throws {
        var times: [Double] = []
        for index in 0..<1100 {
            let begun = clock.now
            try await run([step("true")])
            if index >= 100 { times.append((clock.now - begun) / .milliseconds(1)) }
        }
        var spawns: [Double] = []
        for _ in 0..<1000 {
            let begun = clock.now
            guard spawnOnce() else { throw Unexpected("a plain spawn failed") }
            spawns.append((clock.now - begun) / .milliseconds(1))
        }
        let (p50, p99, spawn) = (quantile(times, 0.5), quantile(times, 0.99), quantile(spawns, 0.5))
        print("a run of one step 'true', from the command sent to its report received: p50 \(text(p50)) ms, p99 \(text(p99)) ms;")
        print("  of which a plain spawn of sh takes \(text(spawn)) ms: overhead p50 \(text(p50 - spawn)) ms, p99 \(text(p99 - spawn)) ms")
    }

    private func cancels() async throws {
        var times: [Double] = []
        for _ in 0..<50 {
            let instance = UUID()
            // The shell notes when it is told to end; its child would go on for long.
            let line = "trap 'date +%s%N >\(directory)/told; exit 0' TERM; echo ready; sleep 600 & wait"
            let actions = Actions(steps: [step(line)])
            try await send(RunExecute(instanceID: instance, jobID: instance, jobName: "job", actions: actions), instance)
            _ = try await report(of: instance) { report in report.output.contains { !$0.bytes.isEmpty } }
            let sent = Date().timeIntervalSince1970
            try await send(RunCancel(instanceID: instance, reason: "measured"), instance)
            let ended = try await report(of: instance) { $0.status.isTerminal }
            guard ended.status == .cancelled, let text = FileManager.default.contents(atPath: "\(directory)/told"),
                let told = Double(String(decoding: text, as: UTF8.self).filter(\.isNumber))
            else { throw Unexpected("a cancelled run ended as \(ended.status)") }
            times.append((told / 1e9 - sent) * 1000)
        }
        print(
            "a cancel, from the command sent to the step's being told (and having started 'date'): p50 \(text(quantile(times, 0.5))) ms, "
                + "at most \(text(times.max() ?? 0)) ms")
    }

    private func flood() async throws {
        let begun = clock.now
        try await run([step("head -c 1073741824 /dev/zero")])
        print(
            "a step that prints 1 GiB: \(text((clock.now - begun) / .seconds(1))) s, most resident memory so far \(try status("VmHWM")) MB")
    }

    private func manySteps() async throws {
        let begun = clock.now
        for run in 0..<steps / perRun {
            try await self.run(Array(repeating: step("true"), count: perRun))
            // So that it shows whether memory grows with the steps, or has found its size.
            guard (run + 1) % max(steps / perRun / 10, 1) == 0 else { continue }
            print("  after \((run + 1) * perRun): resident \(try status("VmRSS")) MB, of which anonymous \(try status("RssAnon")) MB")
        }
        let rate = Double(steps) / ((clock.now - begun) / .seconds(1))
        print("\(steps) steps of 'true' in runs of \(perRun), one after the other: \(Int(rate)) steps/s")
    }

    private func idle(_ what: String) async throws {
        try await Task.sleep(for: .seconds(2))
        let before = try processorTicks()
        try await Task.sleep(for: .seconds(10))
        let share = Double(try processorTicks() - before) / Double(sysconf(Int32(_SC_CLK_TCK))) / 10 * 100
        let memory = try (status("VmRSS"), status("RssAnon"), proportional())
        print("\(what): resident \(memory.0) MB, of which anonymous \(memory.1) MB; PSS \(memory.2) MB; processor \(text(share)) %")
    }

    private func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    // MARK: The process

    private func start() async throws -> Duration {
        let begun = clock.now
        process = try ChildProcess(
            [executable, "--data", "\(directory)/data", "--log-level", "warning"], environment: ["PATH": "/usr/bin:/bin"],
            output: "\(directory)/log")
        _ = try await checkIns?.next()
        return clock.now - begun
    }

    private func stop() async throws {
        guard let process else { return }
        kill(process.pid, SIGTERM)
        while waitpid(process.pid, nil, WNOHANG) == 0 { try await Task.sleep(for: .milliseconds(2)) }
        self.process = nil
    }

    /// A figure of `/proc/<pid>/status` in MB.
    private func status(_ name: String) throws -> Double { try field(name, of: "status") }

    private func proportional() throws -> Double { try field("Pss", of: "smaps_rollup") }

    private func field(_ name: String, of file: String) throws -> Double {
        let data = FileManager.default.contents(atPath: "/proc/\(process?.pid ?? 0)/\(file)") ?? Data()
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("\(name):") }
        guard let value = line.flatMap({ Int($0.filter(\.isNumber)) }) else { throw Unexpected("no \(name) in \(file)") }
        return (Double(value) / 102.4).rounded() / 10
    }

    private func processorTicks() throws -> Int {
        let data = FileManager.default.contents(atPath: "/proc/\(process?.pid ?? 0)/stat") ?? Data()
        let fields = String(decoding: data, as: UTF8.self).split(separator: " ")
        guard fields.count > 14, let user = Int(fields[13]), let system = Int(fields[14]) else { throw Unexpected("the runner is gone") }
        return user + system
    }

    // MARK: The broker

    private func connect() async throws {
        try await broker.start()
        try await bus.start()
        try await bus.declare(CourierTopology.shared)
        try await bus.declare(CourierTopology.node(node))
        reports = try await Inbox(Queues.results, on: bus)
        checkIns = try await Inbox(Queues.nodeResolver, on: bus)
    }

    private func step(_ line: String) -> Step {
        Step(name: "step", interpreter: Interpreter(name: Interpreter.shellName), command: .lines(["linux": [line]]), retryCount: 0)
    }

    /// Sends a run and waits for its end.
    private func run(_ steps: [Step]) async throws {
        let instance = UUID()
        try await send(RunExecute(instanceID: instance, jobID: instance, jobName: "job", actions: Actions(steps: steps)), instance)
        let report = try await report(of: instance) { $0.status.isTerminal }
        guard report.status == .success else { throw Unexpected("a run ended as \(report.status): \(report.reason ?? "")") }
    }

    private func send<Command: Message>(_ command: Command, _ instance: UUID) async throws {
        let headers = CommandHeaders(
            runID: Identifiers.run(of: instance, on: node), nodeID: node, attempt: 1,
            expires: Timestamp(seconds: Int64(Date().timeIntervalSince1970) + 3600), owner: "worker", epoch: 0)
        let body = command.encoded()
        let code = authenticator.code(name: Command.name, headers: headers, body: .init(of: body))
        _ = await bus.publish([
            OutgoingMessage(
                id: UUID(), routingKey: Queues.node(node), type: Command.name,
                headers: headers.messageHeaders(instance: instance, code: code), body: body, persistent: false)
        ])
    }

    /// The next report of the instance's run that is `wanted`.
    private func report(of instance: UUID, _ wanted: (RunReport) -> Bool) async throws -> RunReport {
        let run = Identifiers.run(of: instance, on: node)
        while let delivery = try await reports?.next() {
            guard delivery.type == RunsReported.name else { continue }
            if let report = try RunsReported(json: delivery.body).reports.first(where: { $0.runID == run && wanted($0) }) { return report }
        }
        throw Unexpected("the reports have come to an end")
    }
}
