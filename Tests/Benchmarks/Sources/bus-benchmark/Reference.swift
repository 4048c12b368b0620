import Foundation

/// What moving messages took: wall-clock and processor seconds of the client.
struct Cost {
    let messages: Int
    let seconds: Double
    let processorSeconds: Double

    var rate: Double { Double(messages) / seconds }
    var microseconds: Double { processorSeconds / Double(messages) * 1_000_000 }
}

/// `bus-limit`, the same work over librabbitmq alone, as a process of its own.
struct Reference {
    let port: Int
    let queue: String

    /// - Throws: when the program is not beside this one, or fails.
    func run(_ work: String, messages: Int) throws -> Cost {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
            "bus-limit")
        process.arguments = [work, "127.0.0.1", "\(port)", "guest", "guest", queue, "\(messages)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let words = text.split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
        guard process.terminationStatus == 0, words.count == 3 else { throw Failure("bus-limit \(work) failed") }
        return Cost(messages: messages, seconds: words[1], processorSeconds: words[2])
    }
}

/// Why there are no figures.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
