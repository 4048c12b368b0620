import Glibc

// What reading templates costs, and that nothing makes it cost more than the bytes it reads:
// `swift run -c release templates-benchmark fuzz [INPUTS] [SEED]` and `swift run -c release templates-benchmark growth`.

let arguments = CommandLine.arguments.dropFirst()
switch arguments.first {
case "fuzz":
    let numbers = arguments.dropFirst().compactMap { Int($0) }
    exit(try fuzz(inputs: numbers.first ?? 10_000_000, seed: UInt64(numbers.dropFirst().first ?? 7)) ? 0 : 1)
case "growth": exit(growth() ? 0 : 1)
default:
    print("usage: templates-benchmark fuzz [INPUTS, default 10000000] [SEED] | growth")
    exit(2)
}
