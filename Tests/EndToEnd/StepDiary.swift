import FoundationEssentials
import JobModel

/// What steps themselves say about having run: each writes a line when it begins and one when it ends, into a file named by its run.
///
/// Nothing of Courier stands between a step and its file, so whatever else is killed, the diary tells what really happened.
struct StepDiary {
    let directory: String

    init(in stack: Stack, _ name: String) throws {
        directory = "\(stack.directory)/\(name)"
        try Files.makeDirectory(directory)
    }

    /// A step's script that takes so many seconds, and says what it did on standard output too.
    func script(seconds: Double) -> [String] { script(["sleep \(seconds)"]) }

    /// A step's script that ends when the file of this name is there.
    func script(until file: String) -> [String] { script(["while [ ! -e '\(directory)/\(file)' ]; do sleep 0.1; done"]) }

    /// A step's script that takes so many seconds; of the steps after the first `count` over all runs each waits for the file of this name.
    func script(seconds: Double, after count: Int, until file: String) -> [String] {
        let begun = "$(cat '\(directory)'/*-* | grep -c begin)"
        return script(["[ \(begun) -le \(count) ] || while [ ! -e '\(directory)/\(file)' ]; do sleep 0.1; done", "sleep \(seconds)"])
    }

    private func script(_ work: [String]) -> [String] {
        [#"echo "begin $COURIER_STEP $COURIER_ATTEMPT" >> '\#(directory)'/"$COURIER_RUN_ID""#] + work
            + [
                #"echo "end $COURIER_STEP $COURIER_ATTEMPT" >> '\#(directory)'/"$COURIER_RUN_ID""#,
                #"echo "result of step $COURIER_STEP on $COURIER_NODE_ID""#,
            ]
    }

    static func result(ofStep step: Int, on node: UUID) -> String { "result of step \(step) on \(node.text)\n" }

    /// The lines of one run, in order.
    func lines(of run: UUID) -> [String] { Files.lines("\(directory)/\(run.text)") }

    /// The lines of all runs.
    var all: [UUID: [String]] {
        let runs = Files.names(in: directory).compactMap { UUID(uuidString: $0) }
        return Dictionary(uniqueKeysWithValues: runs.map { ($0, lines(of: $0)) })
    }

    /// How many steps have begun, over all runs.
    var begun: Int { all.values.reduce(0) { $0 + $1.count { $0.hasPrefix("begin") } } }

    /// The lines of a run whose steps were each made once.
    static func once(steps: Int) -> [String] { (1...steps).flatMap { ["begin \($0) 1", "end \($0) 1"] } }
}
