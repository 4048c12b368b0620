import FoundationEssentials
import Glibc
import JobModel
import Messages
import Testing

@testable import RunnerCore

/// Shares of the processors by cgroup v2: what can be tried without one, with one that has no cpu controller, and with one that has.
@Suite(.timeLimit(.minutes(1))) struct ControlGroupTests {
    typealias Steps = ProcessTesting

    /// Why this machine cannot limit shares; `nil` when it can.
    static let obstacle: String? = {
        do {
            _ = try ControlGroups()
            return nil
        } catch {
            return "\(error)"
        }
    }()

    /// A cgroup v2 hierarchy that we may make groups in, with whatever controllers; `nil` when there is none.
    static let writableMount: String? = ControlGroups.mountPoint(in: KernelFile.lines(of: "/proc/self/mountinfo")).flatMap {
        access($0, W_OK) == 0 && access("\($0)/cgroup.kill", F_OK) != 0 ? $0 : nil
    }

    @Test func findsTheHierarchy() {
        let lines = [
            "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
            "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw",
        ]
        #expect(ControlGroups.mountPoint(in: lines) == "/sys/fs/cgroup/unified")
        #expect(ControlGroups.mountPoint(in: Array(lines.prefix(1))) == nil)
        #expect(ControlGroups.base(mount: "/sys/fs/cgroup", own: "/") == "/sys/fs/cgroup")
        #expect(ControlGroups.base(mount: "/sys/fs/cgroup", own: "/system.slice/x.service") == "/sys/fs/cgroup/system.slice/x.service")
        // Where an earlier step, or systemd's DelegateSubgroup, has put the runner.
        #expect(ControlGroups.base(mount: "/c", own: "/x.service/courier-runner") == "/c/x.service")
    }

    @Test(arguments: [
        (0.5, 0, 8, "400000 100000"), (0.5, 2, 8, "100000 100000"), (0.25, 16, 2, "50000 100000"), (0.0001, 1, 1, "1000 100000"),
    ])
    func aShareIsOfTheProcessorsTheStepMayUse(share: Double, cores: Int, available: Int, quota: String) {
        #expect(ControlGroups.quota(share: share, cores: cores, available: available) == quota)
    }

    @Test func saysWhatIsMissing() throws {
        let directory = try TemporaryDirectory()
        func obstacle() -> String? {
            do {
                _ = try ControlGroups(base: directory.path)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(obstacle()?.contains("has no cpu controller, only none") == true)
        try Data("cpuset memory\n".utf8).write(to: URL(filePath: "\(directory.path)/cgroup.controllers"))
        #expect(obstacle()?.contains("has no cpu controller, only cpuset, memory") == true)
        try Data("cpuset cpu memory\n".utf8).write(to: URL(filePath: "\(directory.path)/cgroup.controllers"))
        #expect(obstacle()?.hasPrefix("\(directory.path)/cgroup.subtree_control: No such file or directory") == true)
        try Data().write(to: URL(filePath: "\(directory.path)/cgroup.subtree_control"))
        #expect(obstacle() == nil)
        // No kernel stands behind these files: a group that is made there takes no processes.
        let groups = try ControlGroups(base: directory.path)
        let error = #expect(throws: ProcessStartError.self) { try groups.make(share: 0.5, cores: 0) }
        #expect(error?.description.contains("takes no processes") == true, "\(error?.description ?? "")")
        #expect(KernelFile.names(in: directory.path).sorted() == ["cgroup.controllers", "cgroup.subtree_control"])
    }

    @Test(.enabled(if: obstacle != nil, "this machine can limit shares"))
    func aShareThatCannotBeEnforcedFailsTheStepAndSaysWhy() async throws {
        let bench = try await ServiceBench()
        try bench.start()
        var step = Build.step("limited", ["echo x >> ran"], retryCount: 3)
        step.limits.cpu = 0.5
        await bench.send(bench.command([step]))
        let run = try await bench.run()
        #expect(run.status == .failure)
        #expect(run.reason?.contains("limits.cpu is 0.5 and cannot be enforced: ") == true)
        #expect(run.reason?.contains(try #require(Self.obstacle)) == true)
        #expect(run.steps[1]?.attempts.count == 1)
        #expect(bench.lines("ran").isEmpty)
        await bench.end()
    }

    @Test(.enabled(if: obstacle == nil, "no cgroup v2 group with a cpu controller that this process may use"))
    func aShareIsEnforcedAndItsGroupGoes() async throws {
        var request = Steps.script("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; cat /proc/self/cgroup; times")
        request.cores = 1
        request.share = 0.2
        let clock = ContinuousClock()
        let start = clock.now
        let result = try await Steps.run(request)
        #expect(result.outcome.ending == .exited(0))
        #expect(result.stdout.contains("courier-step-"))
        // At a fifth of a processor the wall clock is far ahead of the time the loop used; a busy machine only adds to that.
        #expect(clock.now - start > .milliseconds(300))
        let groups = try ControlGroups()
        #expect(!KernelFile.names(in: groups.base).contains { $0.hasPrefix("courier-step-\(getpid())") })
    }
}

extension LeakTests {
    /// Control groups with real processes in them; beside the search for what is left behind, because they leave something for a moment.
    @Suite struct GroupProcessTests {
        @Test(.enabled(if: ControlGroupTests.writableMount != nil, "no cgroup v2 hierarchy that this process may write"))
        func aGroupHoldsWhatItStartedAndEndsIt() async throws {
            let mount = try #require(ControlGroupTests.writableMount)
            let group = try ControlGroup(making: "\(mount)/courier-test-\(getpid())")
            var request = ProcessTesting.script("setsid sh -c 'exec env -i sleep 600' & exec sleep 600")
            request.environment["GROUP"] = group.path
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            defer { close(null) }
            let process = try StartedProcess(request, .init(input: null, output: null, error: null, group: group.descriptor))
            defer { close(process.descriptor) }
            // The shell itself and what it put into a session and an environment of its own.
            var members: [pid_t] = []
            while members.count < 2 {
                members = KernelFile.words(of: "\(group.path)/cgroup.procs").compactMap { pid_t($0) }
                try await Task.sleep(for: .milliseconds(5))
            }
            let count = await offPool { group.end() }
            #expect(count >= 2)
            #expect(access(group.path, F_OK) != 0)
            #expect(process.ending() == .signalled(Int(SIGKILL)))
            for pid in members { waitpid(pid, nil, 0) }
        }

        @Test(.enabled(if: ControlGroupTests.writableMount != nil, "no cgroup v2 hierarchy that this process may write"))
        func groupsOfRunnersThatAreGoneAreSwept() async throws {
            let mount = try #require(ControlGroupTests.writableMount)
            let ticks = try #require(ProcessTable().entry(getpid())).startTicks
            let gone = try ControlGroup(making: "\(mount)/courier-step-\(getpid())-\(ticks + 1)-1")
            let alive = try ControlGroup(making: "\(mount)/courier-step-\(getpid())-\(ticks)-999999")
            defer { alive.end() }
            let null = open("/dev/null", O_RDWR | O_CLOEXEC)
            defer { close(null) }
            let process = try StartedProcess(
                ProcessTesting.request("/bin/sleep", ["600"]), .init(input: null, output: null, error: null, group: gone.descriptor))
            defer { close(process.descriptor) }
            close(gone.descriptor)
            #expect(await offPool { ControlGroups.sweep(mount) } == 1)
            #expect(process.ending() == .signalled(Int(SIGKILL)))
            #expect(access(gone.path, F_OK) != 0)
            #expect(access(alive.path, F_OK) == 0)
        }
    }
}
