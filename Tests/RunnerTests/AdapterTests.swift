import FoundationEssentials
import Glibc
import JSON
import JobModel
import Messages
import Testing

@testable import RunnerCore

/// The adapters over real tools. InSpec and Chef cannot be installed here, so stand-ins speak for them (`Tests/Fixtures/stand-ins`).
@Suite(.timeLimit(.minutes(1))) struct AdapterTests {
    private let bench: AdapterBench

    init() throws {
        bench = try AdapterBench(path: "\(AdapterBench.standIns):/usr/bin:/bin")
    }

    // MARK: Finding

    @Test func theVersionsOfTheToolsAreFound() async throws {
        let registry = try await bench.registry()
        #expect(registry.skills["inspec"] == ["5.22.3"])
        #expect(registry.skills["chef-client"] == ["18.4.12"])
    }

    @Test func aToolThatIsMissingIsSaid() async throws {
        let bench = try AdapterBench(path: "/usr/bin:/bin")
        let registry = try await bench.registry()
        #expect(registry.skills.isEmpty)
        for (name, tool) in [("inspec", "InSpec"), ("chef-client", "Chef Infra Client"), ("ansible", "Ansible")] {
            let reason = registry.obstacle(to: bench.step(name, "x", [:]))
            #expect(reason?.contains("found on this node: none; \(tool) is not installed: no ") == true, "\(reason ?? "")")
        }
    }

    @Test func severalVersionsStandSideBySide() async throws {
        let bench = try AdapterBench(path: "\(AdapterBench.standIns):\(self.bench.directory.path)/six:/usr/bin:/bin")
        try self.bench.copyStandIn("inspec", to: "six", replacing: "5.22.3", with: "6.8.11")
        let registry = try await bench.registry()
        #expect(registry.skills["inspec"] == ["5.22.3", "6.8.11"])
        for (lowest, highest, version) in [
            ("4", "5", "5.22.3"), ("*", nil, "6.8.11"), ("6.x", nil, "6.8.11"), ("5.22.3", "5.22.3", "5.22.3"),
        ] {
            let (result, output) = try await bench.run(
                "inspec", "scan", ["path": "https://example.org/any", "reporterType": "json"],
                versions: Interpreter(name: "", minVersion: lowest, maxVersion: highest))
            #expect(result.status == .success, "\(result)")
            #expect(try JSONValue(json: Array(output.text(.stdout).utf8))["version"] == .string(version))
        }
        let none = registry.obstacle(to: bench.step("inspec", "scan", [:], versions: Interpreter(name: "", minVersion: "7")))
        #expect(none?.contains("expected version 7 or newer, found on this node: 5.22.3, 6.8.11") == true)
    }

    // MARK: InSpec

    private static let mixed = #"{"controls": {"a": ["passed"], "b": ["passed", "failed"], "c": ["skipped"], "d": ["passed"]}}"#

    @Test(arguments: [
        ("{}", "expected every control to pass, found 2 of 3 (1 skipped)"), (#"{"minSuccess": 66}"#, nil),
        (#"{"minSuccess": "66.7"}"#, "expected at least 66.7 % of the controls to pass, found 2 of 3 (1 skipped)"),
        (#"{"minSuccess": 101}"#, "args.minSuccess: expected a number from 0 to 100, found a number 101"),
        (#"{"minsuccess": 1}"#, "found 'minsuccess'"), (#"{"token": "canary"}"#, "args.token: expected source 'automate'"),
    ]) func aScanIsJudgedByTheShareOfItsControls(more: String, reason: String?) async throws {
        try bench.write("profile/controls.json", Self.mixed)
        var arguments = try [String: JSONValue](json: Array(more.utf8))
        arguments["path"] = "profile"
        let (result, output) = try await bench.run("inspec", "scan", arguments)
        #expect(result.status == (reason == nil ? .success : .failure))
        #expect(reason.map { result.reason?.contains($0) == true } ?? true, "\(result.reason ?? "")")
        guard result.exitCode == 100 else { return }
        #expect(result.outputs.values == ["passed": "2", "failed": "1", "skipped": "1", "controls": "4", "passedPercent": "66.67"])
        #expect(output.text(.stdout).contains("Test Summary: 3 successful, 1 failures, 1 skipped"))
    }

    @Test func aScanThatTestsNothingOrBreaksIsNoSuccess() async throws {
        try bench.write("profile/controls.json", #"{"controls": {"c": ["skipped"]}}"#)
        let skipped = try await bench.run("inspec", "scan", ["path": "profile", "minSuccess": 1]).result
        #expect(skipped.reason == "expected at least 1 % of the controls to pass, found none that was tested")
        #expect(skipped.exitCode == 101)
        try bench.write("profile/controls.json", #"{"broken": 172}"#)
        let (broken, output) = try await bench.run("inspec", "scan", ["path": "profile"])
        #expect(broken.reason?.hasPrefix("inspec ended with 172: the licence is not accepted") == true)
        #expect(output.text(.stderr) == "bundler: something is wrong\n")
    }

    @Test func secretsReachInspecButNoArgumentAndNoOutput() async throws {
        try bench.write("seen", "")
        let (result, output) = try await bench.run(
            "inspec", "scan",
            [
                "path": "admin/canary", "source": "automate", "sourceURL": "https://automate.example", "username": "u", "token": "canary",
                "licenseKey": "{{.key}}", "input": ["password": "canary"],
            ], inputs: ["key": "canary"], sensitive: ["key"])
        #expect(result.status == .success, "\(result)")
        let seen = try bench.read("seen")
        #expect(seen.contains("compliance://admin/canary"))
        let arguments = try #require(seen.split(separator: "HOME=", maxSplits: 1).first)
        #expect(arguments.replacing("admin/canary", with: "").contains("canary") == false)
        #expect(seen.contains("CHEF_LICENSE_KEY=canary"))
        #expect(seen.contains(#""token": "canary", "version": "0"} 0o600"#))
        #expect(!output.text(.stdout).contains("canary") && output.text(.stdout).contains("compliance://admin/***"))
        #expect(bench.leftovers == [])
    }

    @Test(arguments: [("inspec", "scan"), ("chef-client", "run")]) func aStepThatIsStoppedLeavesNothingBehind(name: String, exec: String)
        async throws
    {
        try bench.write("profile/controls.json", #"{"wait": 600}"#)
        let arguments: [String: JSONValue] =
            name == "inspec" ? ["path": "profile", "input": ["a": "canary"]] : ["attributes": ["wait": 600, "a": "canary"]]
        let seen = Signal()
        let output = AttemptOutput { seen.fire() }
        let task = Task { try await bench.run(name, exec, arguments, output: output).result }
        await seen.wait()
        #expect(bench.leftovers.count == 1)
        task.cancel()
        #expect(try await task.value.status == .cancelled)
        #expect(bench.leftovers == [])
    }

    // MARK: Chef Infra Client

    @Test func aLocalRunIsGivenItsRunListAndAttributes() async throws {
        try bench.write("seen", "")
        try bench.write("repo/cookbooks/nginx/metadata.json", "{}")
        let (result, output) = try await bench.run(
            "chef-client", "run",
            [
                "mode": "local", "path": "repo", "runlist": "nginx::default, role[web]", "attributes": ["key": "canary"],
                "acceptLicense": true,
            ])
        #expect(result.status == .success, "\(result)")
        #expect(result.outputs.values == ["updatedResources": "2", "resources": "3"])
        #expect(output.text(.stdout).hasSuffix("2/3 resources updated in 05 seconds\n"))
        let seen = try bench.read("seen").split(separator: "\n").map(String.init)
        #expect(
            seen.prefix(6) == [
                "--no-color", "--local-mode", "--config-option", "cookbook_path=\(bench.directory.path)/repo/cookbooks",
                "--override-runlist", "recipe[nginx::default],role[web]",
            ])
        #expect(seen.suffix(2) == ["CHEF_LICENSE=accept-no-persist", #"{"key": "canary"} 0o600"#])
    }

    @Test func aRunThatFailsSaysWhy() async throws {
        let failed = try await bench.run("chef-client", "run", ["attributes": ["fail": true]]).result
        #expect(failed.reason == "Chef Infra Client ended with 1: the run failed")
        #expect(failed.exitCode == 1)
        #expect(failed.outputs.values["updatedResources"] == "0")
        let unknown = try await bench.run("chef-client", "rotate credentials", [:]).result
        #expect(unknown.isFinal)
        #expect(unknown.reason == "expected exec 'run', 'download', 'execute', found 'rotate credentials'")
    }

    @Test func cookbooksComeWithWhatTheyNeed() async throws {
        let market = try await bench.supermarket()
        defer { market.task.cancel() }
        let (result, output) = try await bench.run(
            "chef-client", "download", ["url": .string(market.url), "cookbooks": "web", "path": "books"])
        #expect(result.status == .success, "\(result)")
        // base 2.1.5 is the newest that web asks for; files then wants an older one.
        #expect(result.outputs.values["cookbooks"] == "base@2.1.0,files@0.9.0,web@1.2.0")
        #expect(try bench.read("books/base/metadata.json") == #"{"name": "base", "version": "2.1.0"}"#)
        #expect(try bench.names("books") == ["base", "files", "web"])
        #expect(try bench.names("books/web") == ["metadata.json"])
        #expect(output.text(.stderr).contains("downloading web 1.2.0"))
        let odd = try await bench.run("chef-client", "download", ["url": .string(market.url), "cookbooks": ["odd"], "path": "books"]).result
        #expect(odd.reason == "cookbook 'base': expected a version = 9.9.9 (odd 1.0.0), found 2.0.0, 2.1.0, 2.1.5, 3.0.0")
        let exact = try await bench.run(
            "chef-client", "execute",
            ["url": .string(market.url), "cookbooks": "web@1.0.0", "path": "books", "runlist": "web"]
        ).result
        #expect(exact.outputs.values["cookbooks"] == "base@2.1.5,web@1.0.0")
        #expect(exact.outputs.values["updatedResources"] == "2")
    }
}
