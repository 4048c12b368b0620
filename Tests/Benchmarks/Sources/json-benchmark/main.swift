import Foundation
import JSON

/// Nanoseconds per call of `body`, over a batch of calls that takes about a millisecond.
func measure(_ body: () throws -> Void) rethrows -> Double {
    let calls = 200
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<calls { try body() }
    let elapsed = (clock.now - start).components
    return (Double(elapsed.seconds) * 1e9 + Double(elapsed.attoseconds) / 1e9) / Double(calls)
}

func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
}

/// Keeps a result from being optimised away.
@inline(never)
func consume<T>(_ value: T) {}

let seconds = CommandLine.arguments.count > 1 ? Double(CommandLine.arguments[1]) ?? 3 : 3
let command = Command.sample
let encoder = JSONEncoder()
let decoder = JSONDecoder()
let bytes = command.encoded()
let data = Data(bytes)

guard try Command(json: bytes) == command, try decoder.decode(Command.self, from: data) == command,
    try Command(json: Array(encoder.encode(command))) == command
else {
    print("The two disagree about the message.")
    exit(2)
}

var ours = (encode: [Double](), decode: [Double]())
var theirs = (encode: [Double](), decode: [Double]())
var others = (skip: [Double](), serialization: [Double]())
let end = ContinuousClock.now + .seconds(seconds)
repeat {
    ours.encode.append(measure { consume(command.encoded()) })
    theirs.encode.append(try measure { consume(try encoder.encode(command)) })
    ours.decode.append(try measure { consume(try Command(json: bytes)) })
    theirs.decode.append(try measure { consume(try decoder.decode(Command.self, from: data)) })
    others.skip.append(
        try measure {
            var reader = JSONReader(bytes)
            try reader.skip()
            consume(reader.offset)
        })
    others.serialization.append(try measure { consume(try JSONSerialization.jsonObject(with: data)) })
} while ContinuousClock.now < end

func line(_ name: String, _ ours: [Double], _ theirs: [Double]) -> Double {
    let ratio = median(theirs) / median(ours)
    print("\(name): JSONCodable \(Int(median(ours))) ns, Codable \(Int(median(theirs))) ns, ratio \(Double(Int(ratio * 10)) / 10)")
    return ratio
}

print("One command of \(bytes.count) bytes, median per message:")
let encodeRatio = line("encode", ours.encode, theirs.encode)
let decodeRatio = line("decode", ours.decode, theirs.decode)
print("check only (skip) \(Int(median(others.skip))) ns; JSONSerialization \(Int(median(others.serialization))) ns")
exit(encodeRatio >= 5 && decodeRatio >= 5 ? 0 : 1)
