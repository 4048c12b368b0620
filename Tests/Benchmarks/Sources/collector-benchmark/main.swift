import FoundationEssentials

let arguments = CommandLine.arguments
let directory = "/var/tmp/courier-collector-benchmark"

func number(_ place: Int, _ standard: Int) -> Int { arguments.count > place ? Int(arguments[place]) ?? standard : standard }

func empty() { try? FileManager.default.removeItem(atPath: directory) }

switch arguments.count > 1 ? arguments[1] : "" {
case "fill":
    empty()
    try await History.fill(instances: number(2, 10_000), runs: number(3, 100), directory: directory)
case "start":
    try await History.start(directory: directory)
case "ingest":
    for runs in arguments.count > 2 ? [number(2, 10_000)] : [100, 1_000, 10_000] {
        empty()
        try await Ingest.run(runs: runs, reports: max(20_000, runs), directory: directory)
    }
    empty()
default:
    print("usage: collector-benchmark fill [instances] [runs] | start | ingest [runs]")
}
