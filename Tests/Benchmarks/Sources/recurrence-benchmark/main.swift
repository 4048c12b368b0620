import Recurrence

/// Keeps a result from being optimised away.
@inline(never)
func consume<T>(_ value: T) {}

/// Nanoseconds per call of `body`: the median of 25 rounds of at least a millisecond each.
func measure(_ body: (Int) -> Void) -> Double {
    let clock = ContinuousClock()
    func time(_ calls: Int) -> Double {
        let start = clock.now
        for call in 0..<calls { body(call) }
        let elapsed = (clock.now - start).components
        return Double(elapsed.seconds) * 1e9 + Double(elapsed.attoseconds) / 1e9
    }
    var calls = 1
    while time(calls) < 1e6 { calls *= 2 }
    return (0..<25).map { _ in time(calls) / Double(calls) }.sorted()[12]
}

/// 2016-01-01T02:30:00Z.
let start: Int64 = 1_451_615_400
let year: Int64 = 365 * 86_400
var random = SystemRandomNumberGenerator()
let instants = (0..<1024).map { _ in start + 10 * year + Int64.random(in: 0..<year, using: &random) }
let rules = [
    ("every 120 seconds", "FREQ=SECONDLY;INTERVAL=120"),
    ("every 7 seconds, 100,000,000 times", "FREQ=SECONDLY;INTERVAL=7;COUNT=100000000"),
    ("daily", "FREQ=DAILY"),
    ("daily, 9,000 times", "FREQ=DAILY;COUNT=9000"),
    ("last Friday monthly", "FREQ=MONTHLY;BYDAY=-1FR"),
    ("last working day monthly", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
    ("29 February", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
    ("never (30 February)", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
]

print("Nanoseconds to the next occurrence, ten years after the start (search alone; with making the recurrence):")
for (name, text) in rules {
    let rule = try RecurrenceRule(parsing: "RRULE:" + text)
    let recurrence = Recurrence(rule: rule, start: start)
    let search = measure { consume(recurrence.next(after: instants[$0 & 1023])) }
    let both = measure { consume(Recurrence(rule: rule, start: start).next(after: instants[$0 & 1023])) }
    print("\(name): \(Int(search)); \(Int(both))")
}
