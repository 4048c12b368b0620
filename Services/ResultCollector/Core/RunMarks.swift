import JSON

/// At which revision of the instance the parts of a run last changed; 0 for a part that has changed and not been stamped yet.
struct RunMarks: Sendable, Hashable {
    /// Status, reason and times.
    private(set) var run = 0
    /// In the order of the run's steps.
    private(set) var steps: [Int] = []
    /// In the order of the run's output.
    private(set) var output: [Int] = []
    /// The highest of them.
    private(set) var latest = 0
    private var unstampedOutput = 0

    /// A step was put in at `place`.
    mutating func stepAdded(at place: Int) {
        steps.insert(0, at: min(place, steps.count))
    }

    /// The step at `place` has changed.
    mutating func stepChanged(at place: Int) {
        if steps.indices.contains(place) { steps[place] = 0 }
    }

    /// A piece of output was put in at `place`.
    mutating func outputAdded(at place: Int) {
        output.insert(0, at: min(place, output.count))
        unstampedOutput += 1
    }

    /// Gives a revision of its own to everything that has changed, output first: whoever knows of a step's end has what it wrote.
    mutating func stamp(_ revision: inout Int, runChanged: Bool) {
        if unstampedOutput > 0 {
            // It is at the end nearly always.
            var places: [Int] = []
            for place in output.indices.reversed() where output[place] == 0 {
                places.append(place)
                if places.count == unstampedOutput { break }
            }
            for place in places.reversed() { output[place] = next(&revision) }
            unstampedOutput = 0
        }
        for place in steps.indices where steps[place] == 0 { steps[place] = next(&revision) }
        if runChanged { run = next(&revision) }
    }

    private mutating func next(_ revision: inout Int) -> Int {
        revision += 1
        latest = revision
        return revision
    }
}

extension RunMarks: JSONCodable {
    /// Writes an object.
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("run", run)
            if !steps.isEmpty { writer.field("steps", steps) }
            if !output.isEmpty { writer.field("output", output) }
        }
    }

    init(from reader: inout JSONReader) throws {
        try reader.object { reader, key in
            switch key {
            case "run": run = try reader.int()
            case "steps": steps = try reader.decodeArray()
            case "output": output = try reader.decodeArray()
            default: try reader.skip()
            }
        }
        latest = max(run, steps.max() ?? 0, output.max() ?? 0)
    }
}
