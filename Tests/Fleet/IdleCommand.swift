import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import Glibc
import JSON
import NIOCore
import NIOHTTP1

/// Says what a stack costs that has nothing to do, and how long each of its services takes to be ready again.
struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle", abstract: "Measure an idle stack: processor time, memory, and the start of each service.",
        discussion: "Ends each service once (SIGTERM); what supervises it starts it again. Runners and the broker are left alone.")

    @Option(help: "The directory with the stack's state.") var state = ".courier"
    @Option(help: "Seconds to watch.") var seconds = 30
    @Option(help: "How often each service is started.") var rounds = 5

    func run() async throws {
        let before = ProcessFigures(state: state)
        try await Task.sleep(for: .seconds(seconds))
        let after = ProcessFigures(state: state, withShares: true)
        var sum = (share: 0.0, resident: 0.0, proportional: 0.0)
        for (name, figure) in after.byName.sorted(by: { $0.key < $1.key }) {
            let share = (figure.cpuSeconds - (before.byName[name]?.cpuSeconds ?? 0)) / Double(seconds) * 100
            print(
                "\(name): \(Report.round(share, 2)) % of a core, \(Report.round(figure.residentMegabytes, 1)) MB resident, "
                    + "\(Report.round(figure.proportionalMegabytes, 1)) MB with its share of what is shared")
            guard isService(name) else { continue }
            sum = (sum.share + share, sum.resident + figure.residentMegabytes, sum.proportional + figure.proportionalMegabytes)
        }
        print(
            "all services: \(Report.round(sum.share, 2)) % of a core, \(Report.round(sum.resident, 1)) MB resident, "
                + "\(Report.round(sum.proportional, 1)) MB with their shares of what is shared")
        for name in after.byName.keys.sorted() where isService(name) {
            var times: [Double] = []
            for _ in 0..<rounds { times.append(try await restart(name)) }
            times.sort()
            print(
                "\(name): ready \(Report.round(times.quantile(0.5) * 1000, 0)) ms after its start, at most "
                    + "\(Report.round((times.last ?? 0) * 1000, 0)) ms")
        }
    }

    private func isService(_ name: String) -> Bool {
        !["broker", "epmd"].contains(name) && !name.hasPrefix("runner-")
    }

    /// Seconds from the start of the new process, as the kernel has it (in hundredths), to the first positive answer.
    private func restart(_ name: String) async throws -> Double {
        let file = "\(state)/run/\(name).pid"
        guard let old = pid(in: file), let port = try? number(in: "\(state)/ports/\(name)") else {
            throw Failure("\(file) or \(state)/ports/\(name) has no number: is this a stack of compose/local?")
        }
        kill(old, SIGTERM)
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if let new = pid(in: file), new != old, await isReady(port) {
                guard let started = ProcessFigures.startSeconds(of: Int(new)) else { throw Failure("\(name) has ended") }
                return Self.secondsSinceBoot() - started
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Failure("\(name) is not ready within 30 s")
    }

    private func pid(in file: String) -> pid_t? { (try? number(in: file)).flatMap { pid_t(exactly: $0) } }

    private func number(in file: String) throws -> Int {
        let text = String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
        guard let number = Int(text.filter(\.isNumber)) else { throw Failure("\(file) has no number") }
        return number
    }

    private func isReady(_ port: Int) async -> Bool {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/ready")
        return (try? await HTTPClient.shared.execute(request, timeout: .seconds(1)))?.status == .ok
    }

    private static func secondsSinceBoot() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
