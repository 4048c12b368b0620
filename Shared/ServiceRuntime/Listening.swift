import Glibc
import NIOCore

/// Runs a server, and says which address cannot be listened on, and what to do, when that is why it ends.
///
/// - Parameters:
///   - host: what the server listens on.
///   - port: what the server listens on.
///   - setting: the name of the setting that `port` comes from.
///   - server: runs until it is cancelled.
/// - Throws: ``SettingError`` when the address is taken, not this machine's, or not allowed; otherwise what `server` throws.
public func listening(on host: String, port: Int, setting: String, _ server: () async throws -> Void) async throws {
    do {
        try await server()
    } catch let error as IOError {
        let reason = error.errnoCode == EADDRINUSE ? "another process listens there" : String(cString: strerror(error.errnoCode))
        guard [EADDRINUSE, EADDRNOTAVAIL, EACCES].contains(error.errnoCode) else { throw error }
        throw SettingError(reason: "\(setting): \(host):\(port) cannot be listened on: \(reason); give another one, or free this one")
    }
}
