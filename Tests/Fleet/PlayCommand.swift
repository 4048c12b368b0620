import ArgumentParser
import FoundationEssentials
import Glibc
import JSON
import Messages
import RabbitMQBus
import ServiceKit

/// Plays the nodes until its input ends, then says what it did.
struct PlayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play", abstract: "Play nodes until the end of standard input, then print what was done as JSON.",
        discussion: "Prints `ready` once every queue is consumed.")

    @OptionGroup var broker: BrokerOptions
    @Option(help: "The control plane's key file.") var masterKey: String
    @Option(help: "How many nodes.") var nodes: Int
    @Option(help: "Over how many pairs of connections.") var connections = 1
    @Option(help: "Milliseconds a run takes; 0 reports it in one message.") var runMilliseconds = 0
    @Option(help: "Share of runs that fail, 0 to 1.") var failures = 0.0
    @Option(help: "Share of nodes that never answer, 0 to 1.") var silent = 0.0
    @Option(help: "Share of reports that are sent twice, 0 to 1.") var repeats = 0.0
    @Option(help: "Bytes of output each run writes.") var outputBytes = 0

    func run() async throws {
        let key = try MasterKeyFile(path: masterKey).load()
        let behaviour = PlayedNode.Behaviour(
            duration: .milliseconds(runMilliseconds), failures: failures, silent: silent, repeats: repeats, outputBytes: outputBytes)
        let tally = Tally()
        let ids = FleetNodes.ids(nodes)
        var players: [Player] = []
        for part in 0..<connections {
            let own = stride(from: part, to: ids.count, by: connections).map { ids[$0] }
            let player = Player(bus: try broker.bus("fleet \(part + 1)"), nodes: own, key: key, behaviour: behaviour, tally: tally)
            try await player.start()
            players.append(player)
        }
        print("ready")
        fflush(nil)
        await Self.endOfInput()
        for player in players { await player.stop() }
        print(String(decoding: tally.report.encoded(), as: UTF8.self))
    }

    /// Waits on a thread of its own: reading blocks.
    static func endOfInput() async {
        await withCheckedContinuation { continuation in
            Thread.detach {
                while readLine() != nil {}; continuation.resume()
            }
        }
    }
}

/// A thread for one blocking call.
enum Thread {
    static func detach(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let failed = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        if failed != 0 { box.takeRetainedValue().body() } else { pthread_detach(thread) }
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
