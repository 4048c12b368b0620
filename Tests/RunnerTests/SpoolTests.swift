import FoundationEssentials
import JobModel
import MessageBus
import Messages
import ServiceKit
import Testing

@testable import RunnerCore

/// While no broker confirms anything, reports pile up within a bound: output goes, statuses stay.
@Suite struct SpoolTests {
    private func chunk(_ offset: Int, _ bytes: Int, stream: OutputStream = .stdout, step: Int = 1) -> OutputChunk {
        OutputChunk(step: step, attempt: 1, stream: stream, offset: offset, bytes: Array(repeating: 65, count: bytes))
    }

    @Test func whatFitsIsKeptAsItIs() {
        var room = 10_000
        let chunks = [chunk(0, 900), chunk(900, 100, stream: .stderr)]
        #expect(Spool().admit(chunks, room: &room) == chunks)
    }

    @Test func whatDoesNotFitBecomesALineThatSaysHowMuch() {
        var room = 2500
        let chunks = [chunk(0, 2000), chunk(2000, 3000), chunk(5000, 1000), chunk(6000, 100), chunk(0, 700, stream: .stderr)]
        let kept = Spool().admit(chunks, room: &room)
        #expect(kept.map(\.offset).first == 0)
        #expect(kept.count == 4)
        #expect(kept[0] == chunks[0])
        let marker = String(decoding: kept[1].bytes, as: UTF8.self)
        #expect(marker == "[… 4000 bytes left out: the node's spool of reports was full …]\n")
        // It ends where the next piece begins, so that nothing overlaps.
        #expect(kept[1].offset + kept[1].bytes.count == 6000)
        #expect(kept[2] == chunks[3])
        #expect(kept[3].stream == .stderr)
        #expect(String(decoding: kept[3].bytes, as: UTF8.self).contains("700 bytes left out"))
    }

    /// A day's worth of steps without a broker, through the state: every status is there, output as far as there was room, and the bound holds.
    @Test func statusesOutliveOutput() throws {
        let limit = 200_000
        var bench = try StateBench(spool: Spool(limit: limit))
        let instances = (0..<60).map { _ in UUID() }
        for instance in instances { try bench.tell(.execute(Build.execute([Build.step()], instance: instance), Build.headers(instance))) }
        while let work = bench.state.work.first {
            try bench.tell(.attemptStarted(work))
            try bench.tell(.output(work, [chunk(0, 10_000)]))
            try bench.tell(.attemptEnded(work, AttemptResult(status: .success, exitCode: 0), output: [chunk(10_000, 10_000)]))
        }
        try bench.flush()
        for instance in instances { #expect(bench.statuses(of: Build.headers(instance).runID).last == .success) }
        #expect(bench.backlog > limit / 2)
        // Beyond the limit only what each run says of itself: a few hundred bytes.
        #expect(bench.backlog < limit + instances.count * 2000)
        let output = bench.reports.flatMap(\.reports).flatMap(\.output)
        let (whole, markers) = (output.filter { $0.bytes.count == 10_000 }, output.filter { $0.bytes.count < 100 })
        #expect(!whole.isEmpty && whole.count + markers.count == 2 * instances.count)
        #expect(markers.allSatisfy { String(decoding: $0.bytes, as: UTF8.self).hasPrefix("[… 10000 bytes left out") })
    }

    /// Nobody takes reports for longer than the spool is large: what comes out of it when somebody does again.
    @Test func aRunnerThatNobodyHearsLosesOutputAndNoStatus() async throws {
        let bench = try await ServiceBench()
        bench.options.spool.limit = 300_000
        bench.options.outputInterval = .seconds(600)
        bench.broker.delete(queue: Queues.results)
        try bench.start()
        let instances = (0..<6).map { _ in UUID() }
        for instance in instances {
            await bench.send(bench.command([Build.step("big", ["head -c 100000 /dev/zero | tr '\\0' x"])], instance: instance))
        }
        let service = try #require(bench.runner?.service)
        while await service.finishedCount < instances.count { try await Task.sleep(for: .milliseconds(10)) }
        try await bench.worker.declare(CourierTopology.shared)
        var sizes: [Int] = []
        for instance in instances {
            let run = try await bench.run(instance)
            #expect(run.status == .success)
            #expect(run.steps[1]?.attempts.first?.stdoutBytes == 100_000)
            sizes.append(run.text().count)
            if run.text().count < 100_000 { #expect(run.text().hasPrefix("[… 100000 bytes left out")) }
        }
        #expect(sizes.count { $0 == 100_000 } == 2)
        await bench.end()
    }
}
