import FoundationEssentials

let arguments = CommandLine.arguments
let number = arguments.count > 2 ? Int(arguments[2]) : nil
let directory = "/var/tmp/courier-scheduler-benchmark"

switch arguments.count > 1 ? arguments[1] : "" {
case "burst":
    try? FileManager.default.removeItem(atPath: directory)
    let rule = arguments.count > 3 ? arguments[3] : nil
    // A rule of the caller's choice is due once: it may be a seldom one.
    try await Burst.run(
        jobs: number ?? 10_000, rounds: rule == nil ? 5 : 1, rule: rule ?? "FREQ=SECONDLY;INTERVAL=\(Burst.interval)", directory: directory)
    try? FileManager.default.removeItem(atPath: directory)
case "fill":
    try? FileManager.default.removeItem(atPath: directory)
    try await Standing.fill(jobs: number ?? 100_000, directory: directory)
case "start":
    try await Standing.start(directory: directory)
    try? FileManager.default.removeItem(atPath: directory)
default:
    print("usage: scheduler-benchmark burst [jobs] [rule] | fill [jobs] | start")
}
