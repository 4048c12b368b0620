import FoundationEssentials
import Testing

@testable import RunnerCore

@Suite struct MachineFactsTests {
    @Test func theMachineIsDescribed() async throws {
        let facts = await MachineFacts.current()
        #expect(facts["os"] == "linux" && facts["kernel_name"] == "Linux")
        #expect(facts["hostname"]?.isEmpty == false && facts["kernel"]?.first?.isNumber == true)
        #expect(Int(try #require(facts["cpuCount"])) ?? 0 > 0)
        #expect(facts["primary_ip"] == facts["ip"])
        // os-release(5): lower case, no quotes.
        let name = try #require(facts["os_name"])
        #expect(!name.isEmpty && name.allSatisfy { $0.isLowercase || $0.isNumber || "._-".contains($0) }, "\(name)")
    }
}
