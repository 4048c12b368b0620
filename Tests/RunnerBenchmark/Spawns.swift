import Dispatch
import Messages
import RunnerCore

/// `sh -c 'echo hi'` with its output captured: by a loop of posix_spawn on so many threads, and by the runner's process layer with so many tasks.
struct Spawns {
    private let count = 2000

    func measure() async throws {
        print("sh -c 'echo hi', output captured; spawns a second, median of 5 rounds each, taken in turns")
        print("at once  posix_spawn  process layer  ratio")
        let host = try ProcessHost(ownsEveryChild: false)
        for width in [1, 2, 16] {
            var (plain, ours): ([Double], [Double]) = ([], [])
            for _ in 0..<5 {
                plain.append(try await rate { try await plainLoop(width) })
                ours.append(try await rate { try await layer(host, width) })
            }
            let (slow, fast) = (median(ours), median(plain))
            print(
                "\(width)".padded(7), "\(Int(fast))".padded(12), "\(Int(slow))".padded(14),
                String(decoding: "\((slow / fast * 100).rounded() / 100)".utf8, as: UTF8.self).padded(6))
        }
    }

    private func rate(_ body: () async throws -> Void) async throws -> Double {
        let clock = ContinuousClock()
        let time = try await clock.measure(body)
        return Double(count) / (time / .seconds(1))
    }

    private func layer(_ host: ProcessHost, _ width: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<width {
                group.addTask {
                    for index in stride(from: number, to: count, by: width) {
                        let output = AttemptOutput(cap: 1 << 16)
                        let outcome = try await host.run(
                            ProcessRequest(
                                executable: "/bin/sh", arguments: ["-c", "echo hi"], environment: ["PATH": "/bin", "MARK": "\(index)"],
                                workingDirectory: "/", marker: "MARK"), output: output)
                        guard outcome.ending == .exited(0), output[.stdout].total == 3 else { throw Unexpected("\(outcome)") }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func plainLoop(_ width: Int) async throws {
        let share = count / width
        let failures = await withTaskGroup(of: Int.self) { group in
            for number in 0..<width {
                group.addTask {
                    // A serial queue is a thread of its own while it is busy.
                    await withCheckedContinuation { done in
                        DispatchQueue(label: "spawns \(number)").async { done.resume(returning: (0..<share).count { _ in !spawnOnce() }) }
                    }
                }
            }
            return await group.reduce(0, +)
        }
        guard failures == 0 else { throw Unexpected("\(failures) spawns failed") }
    }
}
