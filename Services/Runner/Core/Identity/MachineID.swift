import Crypto
import FoundationEssentials
import Glibc

/// What stays the same on this machine, so that enrolling again gives the same node.
public enum MachineID {
    /// The identifier of the runner whose data lies in `directory`: a digest of the machine's own identifier, its name, and the directory, so that
    /// several runners on one machine, and containers made from one image, are told apart.
    public static func of(directory: String) -> String {
        let machine = FileManager.default.contents(atPath: "/etc/machine-id").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let path = realpath(directory, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        var name = utsname()
        uname(&name)
        let host = withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        var hash = SHA256()
        for part in [machine, host, path ?? directory] { hash.update(data: Array(part.utf8) + [0]) }
        return hash.finalize().prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
