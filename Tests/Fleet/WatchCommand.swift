import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import Glibc
import JSON
import NIOCore
import NIOHTTP1
import Synchronization

/// Keeps the highest figures of a stack until its input ends.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Note the high-water marks of a stack until the end of standard input, then print them.",
        discussion: "Memory of each process, and messages in each shared queue. Looks ten times a second.")

    @Option(help: "The directory with the stack's state.") var state = ".courier"

    func run() async throws {
        let over = Flag()
        var memory: [String: Double] = [:]
        var depths: [String: Int] = [:]
        let queues = try QueueDepths(state: state)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await PlayCommand.endOfInput()
                over.value.store(true, ordering: .relaxed)
            }
            while !over.value.load(ordering: .relaxed) {
                for (name, figure) in ProcessFigures(state: state).byName {
                    memory[name] = max(memory[name] ?? 0, figure.residentMegabytes)
                }
                for (name, depth) in await queues.read() { depths[name] = max(depths[name] ?? 0, depth) }
                try await Task.sleep(for: .milliseconds(100))
            }
            try await group.waitForAll()
        }
        for (name, megabytes) in memory.sorted(by: { $0.key < $1.key }) {
            print("  \(name): at most \(Report.round(megabytes, 0)) MB resident")
        }
        for (name, depth) in depths.sorted(by: { $0.key < $1.key }) where depth > 0 { print("  \(name): at most \(depth) messages") }
    }
}

/// Shared by the tasks of the command.
private final class Flag: Sendable {
    let value = Atomic(false)
}

/// How many messages the shared queues hold, as the broker's management API says (it counts every few seconds).
struct QueueDepths: Sendable {
    private let url: String
    private let authorization: String

    init(state directory: String) throws {
        guard let file = FileManager.default.contents(atPath: directory + "/stack.json"), let stack = try? JSONValue(json: [UInt8](file)),
            let url = stack["managementUrl"]?.text, let user = stack["managementUser"]?.text,
            let password = stack["managementPassword"]?.text
        else { throw Failure("\(directory)/stack.json does not name a management API") }
        self.url = url
        authorization = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    func read() async -> [String: Int] {
        var request = HTTPClientRequest(url: url + "/api/queues?name=%5Ecourier%5C.(?!node%5C.)&use_regex=true&page=1&page_size=100")
        request.headers.add(name: "Authorization", value: authorization)
        guard let response = try? await HTTPClient.shared.execute(request, timeout: .seconds(5)),
            let body = try? await response.body.collect(upTo: 4 << 20), let answer = try? JSONValue(json: Array(buffer: body))
        else { return [:] }
        return (answer["items"]?.elements ?? []).reduce(into: [:]) { depths, queue in
            if let name = queue["name"]?.text, let depth = queue["messages"]?.int { depths[name] = depth }
        }
    }
}
