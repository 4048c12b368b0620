import FoundationEssentials
import Glibc
import JSON
import JobModel
import MessageBus
import Messages
import NodeResolverCore
import ServiceKit

// How the node-resolver's state behaves with many nodes: `swift run -c release nodes-benchmark [NODES]`.

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
let now = Timestamp(seconds: 1_767_225_600)
let systems = ["debian", "ubuntu", "rocky", "alpine", "suse"]
let environments = ["dev", "qa", "staging", "live"]

func node(_ number: Int) -> Node {
    var node = Node(
        id: UUID(), machineID: "8f14e45fceea167a5a36dedd4bea25\(number)",
        hostname: "\(["web", "db", "app"][number % 3])-\(number).example.com",
        attributes: [
            "agent": [
                "hostname": "\(["web", "db", "app"][number % 3])-\(number).example.com", "os": "linux", "os_name": systems[number % 5],
                "kernel": "5.15.0-\(number % 40)-generic", "architecture": number % 7 == 0 ? "aarch64" : "x86_64",
                "ip": "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)", "cpuCount": "\(1 << (number % 6))",
                "memoryBytes": "\((1 << (number % 6)) * 4_294_967_296)", "osVersion": "\(systems[number % 5]) \(number % 4 + 9)",
            ], "tags": ["env": environments[number / 5 % 4], "rack": "r\(number % 500)"],
        ], enrolledAt: now, enrolmentKey: "fleet")
    node.skills = ["shell": ["1.\(number % 4)"]]
    node.runnerVersion = "0.1.\(number % 3)"
    node.lastCheckInAt = now
    return node
}

/// The most resident memory so far in MB.
func residentMegabytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss >> 10
}

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure(body)
    return (Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15)
}

let before = residentMegabytes()
var state = ResolverState()
var load = 0.0
for number in 0..<count {
    let line = ResolverEvent.nodeStored(node(number)).encoded()
    load += try milliseconds { state.apply(try ResolverEvent(json: line)) }
}
print("\(count) nodes: read and applied in \(Int(load)) ms, \(residentMegabytes() - before) MB of memory for the state")

let queries = [
    #"os_name = rocky and tags.env = qa and hostname matches "^web-[0-9]*7\\.""#,
    #"hostname matches "^web-[0-9]*7\\.""#, "tags.env in (qa, staging) and not os_name = alpine and skill:shell >= 1.2",
    // Names as they are pasted from elsewhere.
    "hostname in (\((0..<250).map { "web-\($0 * 3).example.com" }.joined(separator: ",")))", "all",
]
for query in queries {
    let question = NodesResolve(
        instanceID: UUID(), worker: "w", epoch: 0, selectors: [.filter(.object(["query": .string(query)]))])
    var times: [Double] = []
    var found = 0
    for _ in 0..<21 {
        var effects = Effects<ResolverState>()
        times.append(milliseconds { state.handle(.resolve(question), at: now, effects: &effects) })
        found = try effects.messages.first.map { try NodesResolved(json: $0.body, limits: JSONLimits(bytes: .max)).plan.runCount } ?? 0
    }
    let sorted = times.sorted()
    print("\(query.prefix(80)): \(found) nodes; first \(Int(times[0])) ms, median \(sorted[10]) ms, slowest \(sorted[20]) ms")
}
