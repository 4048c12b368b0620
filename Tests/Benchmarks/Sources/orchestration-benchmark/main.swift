// What a worker's decisions cost per run: they must not grow with the instance.

let arguments = CommandLine.arguments
let sizes = arguments.count > 1 ? arguments.dropFirst().compactMap { Int($0) } : [100, 1000, 10_000, 100_000]

print("runs      settle µs/run   rolling, 10 at a time µs/run   a look at the time µs   timeouts µs/run")
for size in sizes {
    let settle = try median(of: 5) {
        var drive = try Drive(runs: size, batch: size)
        return drive.settleAll()
    }
    let rolling = try median(of: 3) {
        var drive = try Drive(runs: size, batch: 10)
        return drive.settleAll()
    }
    var drive = try Drive(runs: size, batch: size)
    let looks = drive.looks()
    print(
        "\(size)".padded(to: 10) + text(settle).padded(to: 16) + text(rolling).padded(to: 31) + text(looks.none).padded(to: 24)
            + text(looks.late))
}

func median(of count: Int, _ body: () throws -> Double) rethrows -> Double {
    try (0..<count).map { _ in try body() }.sorted()[count / 2]
}

func text(_ microseconds: Double) -> String { String((microseconds * 100).rounded() / 100) }

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
