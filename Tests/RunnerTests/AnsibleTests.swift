import FoundationEssentials
import JSON
import JobModel
import Messages
import Testing

@testable import RunnerCore

/// The adapter over a real `ansible-playbook`, one call by default and more with COURIER_LONG=1.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: AdapterBench.hasAnsible, "ansible-playbook is missing at \(AdapterBench.ansible); compose/test installs it")
)
struct AnsibleTests {
    private static let isLong = ProcessInfo.processInfo.environment["COURIER_LONG"] == "1"
    private let bench: AdapterBench

    init() throws {
        bench = try AdapterBench(path: "\(AdapterBench.ansible):/usr/bin:/bin")
        let playbook = """
            - hosts: all
              gather_facts: false
              tasks:
                - ansible.builtin.debug: {msg: "hello {{ name }}, {{ secret | default('') }}"}
                - ansible.builtin.command: {cmd: "touch {{ file }}", creates: "{{ file }}"}
                - ansible.builtin.command: sleep 600
                  when: slow | default(false)
                - ansible.builtin.fail: {msg: "not today"}
                  when: bad | default(false)
            """
        try bench.write("site.yml", playbook)
    }

    private func variables(_ more: [String: JSONValue]) -> JSONValue {
        .object(["name": "world", "file": .string("\(bench.directory.path)/made")].merging(more) { $1 })
    }

    @Test func aPlaybookRunsOnThisMachine() async throws {
        let (result, output) = try await bench.run(
            "ansible", "playbook", ["path": "site.yml", "extraVars": variables(["secret": "{{.key}}"])], inputs: ["key": "canary"],
            sensitive: ["key"])
        #expect(result.status == .success, "\(result) \(output.text(.stdout)) \(output.text(.stderr))")
        #expect(result.outputs.values["changed"] == "1" && result.outputs.values["hosts"] == "1" && result.outputs.values["failed"] == "0")
        #expect(output.text(.stdout).contains("hello world, ***"))
        #expect(try bench.names(".").contains("made"))
        #expect(bench.leftovers == [])
    }

    @Test(.enabled(if: isLong, "long: COURIER_LONG=1")) func aPlaybookThatFailsSaysWhy() async throws {
        let failed = try await bench.run("ansible", "playbook", ["path": "site.yml", "extraVars": variables(["bad": true])]).result
        #expect(failed.reason == "ansible-playbook ended with 2: a task failed")
        #expect(failed.exitCode == 2 && failed.outputs.values["failed"] == "1")
        let unreachable = try await bench.run(
            "ansible", "playbook",
            ["path": "site.yml", "inventory": "nowhere.invalid,", "user": "nobody", "extraVars": variables([:])]
        ).result
        #expect(unreachable.exitCode == 4)
        let missing = try await bench.run("ansible", "playbook", ["path": "none.yml"]).result
        #expect(missing.reason == "args.path: expected a playbook, found no file \(bench.directory.path)/none.yml")
    }

    @Test(.enabled(if: isLong, "long: COURIER_LONG=1")) func aPlaybookThatIsStoppedLeavesNothingBehind() async throws {
        let seen = Signal()
        let output = AttemptOutput { seen.fire() }
        let arguments: [String: JSONValue] = ["path": "site.yml", "extraVars": variables(["slow": true])]
        let task = Task { try await bench.run("ansible", "playbook", arguments, output: output).result }
        while !output.text(.stdout).contains("hello world") { await seen.wait() }
        task.cancel()
        #expect(try await task.value.status == .cancelled)
        #expect(bench.leftovers == [])
    }
}
