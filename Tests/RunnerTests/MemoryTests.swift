import FoundationEssentials
import JSON
import JobModel
import Testing

@testable import RunnerCore

/// What the runner gives back while it waits.
@Suite(.serialized) struct MemoryTests {
    /// A figure of `/proc/self/status` in KiB.
    private func status(_ name: String) throws -> Int {
        let line = try #require(KernelFile.lines(of: "/proc/self/status").first { $0.hasPrefix("\(name):") })
        return try #require(Int(line.filter(\.isNumber)))
    }

    @Test func codeThatIsNotNeededIsGivenBackAndReadAgain() throws {
        // Code and constants of many libraries.
        #expect(try JSONText.sample().contains("42"))
        let before = try status("RssFile")
        Memory.giveBack()
        let after = try status("RssFile")
        #expect(after < before / 2, "\(before) KiB of files before, \(after) KiB behind")
        #expect(try JSONText.sample().contains("42"))
    }

    @Test func freeMemoryIsGivenBack() throws {
        // Small blocks in turn, so that the allocator keeps those between the ones that stay.
        var blocks = (0..<200_000).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 300) }
        let full = try status("RssAnon")
        blocks = blocks.enumerated().filter { $0.offset % 1000 == 0 }.map(\.element)
        Memory.giveBack()
        let after = try status("RssAnon")
        #expect(full - after > 30 << 10, "\(full) KiB before, \(after) KiB behind")
        #expect(blocks.allSatisfy { $0.count == 300 && Set($0).count == 1 })
    }

    private enum JSONText {
        static func sample() throws -> String {
            let result = AttemptResult(status: .success, exitCode: 42, outputs: InputValues(["a": "b"]))
            return String(decoding: result.encoded(), as: UTF8.self)
        }
    }
}
