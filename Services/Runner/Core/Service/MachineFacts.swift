import Dispatch
import FoundationEssentials
import Glibc
public import JobModel

/// What a runner finds out about its machine: the attributes of the namespace `agent`.
public enum MachineFacts {
    /// `hostname`, `os`, `osVersion`, `kernel`, `architecture`, `ip`, `cpuCount` and `memoryBytes`, and by the names that templates for Chef Courier ask
    /// for, `os_name` (`debian`), `kernel_name` (`Linux`) and `primary_ip`; those that could be found out.
    public static func current() async -> [String: String] {
        // On another thread, because a file is read.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: read()) }
        }
    }

    /// When this machine was started, to the second: `btime` of `/proc/stat`; `nil` when the system does not say.
    public static var bootTime: Timestamp? {
        guard let data = FileManager.default.contents(atPath: "/proc/stat") else { return nil }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Int64($0.dropFirst("btime ".count)) }.map { Timestamp(seconds: $0) }
    }

    private static func read() -> [String: String] {
        var facts: [String: String] = ["os": "linux"]
        var name = utsname()
        if uname(&name) == 0 {
            facts["hostname"] = text(of: name.nodename)
            facts["kernel"] = text(of: name.release)
            facts["kernel_name"] = text(of: name.sysname)
            facts["architecture"] = text(of: name.machine)
        }
        let release = systemRelease()
        facts["osVersion"] = release["PRETTY_NAME"]
        facts["os_name"] = release["ID"]
        facts["ip"] = address()
        facts["primary_ip"] = facts["ip"]
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        if processors > 0 { facts["cpuCount"] = String(processors) }
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let size = sysconf(Int32(_SC_PAGESIZE))
        if pages > 0, size > 0 { facts["memoryBytes"] = String(pages * size) }
        return facts
    }

    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The fields of os-release(5), without their quotes.
    private static func systemRelease() -> [String: String] {
        for path in ["/etc/os-release", "/usr/lib/os-release"] {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            let fields = String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line -> (String, String)? in
                guard let equals = line.firstIndex(of: "=") else { return nil }
                return (String(line[..<equals]), String(line[line.index(after: equals)...].filter { $0 != "\"" }))
            }
            return Dictionary(fields) { first, _ in first }
        }
        return [:]
    }

    /// netdevice(7): the flags IFF_UP and IFF_LOOPBACK.
    private static let isUp: UInt32 = 0x1
    private static let isLoopback: UInt32 = 0x8

    /// The first IPv4 address of an interface that is up and leads out of the machine.
    private static func address() -> String? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let interface = next {
            next = interface.pointee.ifa_next
            let flags = interface.pointee.ifa_flags
            guard flags & isUp != 0, flags & isLoopback == 0,
                let address = interface.pointee.ifa_addr, Int32(address.pointee.sa_family) == AF_INET
            else { continue }
            var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            guard getnameinfo(address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0 else { continue }
            return host.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return nil
    }
}
