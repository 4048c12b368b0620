import FoundationEssentials
import Testing

extension EndToEndTests {
    /// Bad input at each door of a running stack. Whatever it was, the next job is done as if nothing had happened.
    @Suite(.serialized, .timeLimit(.minutes(3)), .stack(runners: 2)) struct BadInputTests {}
}

extension Stack {
    /// Everything still runs, and a job succeeds on every node.
    func expectHealth(after what: String) async throws {
        #expect(crashed() == [], "after \(what)")
        let instance = try await create(JobRequest("after \(what)", on: nodes, steps: [["echo fine"]]))
        #expect(try await end(of: instance) == "success", "after \(what)")
        for run in try await runs(of: instance) { #expect(try await output(of: run.id) == [1: "fine\n"], "after \(what)") }
        #expect(crashed() == [], "after \(what)")
    }
}
