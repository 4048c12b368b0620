import FoundationEssentials
import Glibc
import Testing

extension EndToEndTests {
    /// A service that is told something wrong ends at once and says what, where, and what it expected.
    @Suite(.serialized, .timeLimit(.minutes(1))) struct ConfigurationTests {
        @Test(arguments: BadConfiguration.all) func aBadConfigurationIsRefused(_ bad: BadConfiguration) async throws {
            let directory = try Files.makeTemporaryDirectory()
            defer { Files.remove(directory) }
            func filled(_ text: String) -> String { text.replacing("DIR", with: directory) }
            for (name, text) in bad.files { try Files.write(filled(text), to: "\(directory)/\(name)") }
            try Files.makeDirectory("\(directory)/data")
            var arguments = ["\(Executables.directory)/\(bad.executable)"]
            if let text = bad.configuration {
                try Files.write(filled(text), to: "\(directory)/config.json")
                arguments += ["--config", "\(directory)/config.json"]
            }
            let process = try StackProcess(
                arguments + bad.arguments.map(filled), environment: StackProcess.plainEnvironment.merging(bad.environment) { $1 },
                output: "\(directory)/output")
            let ending: StackProcess.Ending
            do {
                ending = try await process.ending(within: .seconds(10))
            } catch {
                process.send(SIGKILL)
                _ = try await process.ending(within: .seconds(5))
                throw error
            }
            let output = Files.text("\(directory)/output")
            guard case .exited(let code) = ending else { throw Trouble("\(bad): \(ending)\n\(output)") }
            #expect(code != 0, "\(output)")
            for text in bad.says { #expect(output.contains(filled(text)), "\(output)") }
        }

        @Test(arguments: ["port", "health-port"]) func aPortThatIsTakenIsNamed(_ setting: String) async throws {
            let directory = try Files.makeTemporaryDirectory()
            defer { Files.remove(directory) }
            let port = try Ports.next()
            let holder = try Listener(port: port)
            defer { holder.close() }
            let process = try StackProcess(
                [
                    "\(Executables.directory)/template-api", "--data", directory, "--broker-url", "amqp://127.0.0.1:1/",
                    "--port", "\(try Ports.next())", "--\(setting)", "\(port)",
                ], output: "\(directory)/output")
            let ending = try await process.ending(within: .seconds(10))
            let output = Files.text("\(directory)/output")
            #expect(ending != .exited(0) && output.contains("\(port)"), "\(ending) \(output)")
            guard case .exited = ending else { throw Trouble("\(ending)\n\(output)") }
        }
    }
}

/// Keeps a port.
struct Listener {
    private let made: Int32

    init(port: Int) throws {
        made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard bound == 0, listen(made, 1) == 0 else { throw Trouble("port \(port) cannot be taken") }
    }

    func close() { Glibc.close(made) }
}
