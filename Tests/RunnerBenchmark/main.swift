import FoundationEssentials
import Glibc

// What the runner costs: `swift run -c release runner-benchmark [spawns] [runner] [--runner PATH] [--steps N] [--per-run N]`; both
// without a choice.
//
// `spawns` compares the process layer with a plain loop of posix_spawn; `runner` measures the executable on a private broker.

var arguments = Array(CommandLine.arguments.dropFirst())

/// Takes `--name value` out of the arguments.
@MainActor func option(_ name: String) -> String? {
    guard let place = arguments.firstIndex(of: "--\(name)"), place + 1 < arguments.count else { return nil }
    defer { arguments.removeSubrange(place...place + 1) }
    return arguments[place + 1]
}

let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
let beside = own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
let executable = option("runner") ?? "\(beside)/runner"
let steps = option("steps").flatMap { Int($0) } ?? 100_000
let perRun = option("per-run").flatMap { Int($0) } ?? 100
let chosen = arguments.isEmpty ? ["spawns", "runner"] : arguments
guard chosen.allSatisfy({ ["spawns", "runner"].contains($0) }) else {
    print("expected 'spawns' or 'runner', found '\(chosen.joined(separator: " "))'")
    exit(2)
}
if chosen.contains("spawns") { try await Spawns().measure() }
if chosen.contains("runner") { try await RunnerFigures(executable: executable, steps: steps, perRun: max(perRun, 1)).measure() }
