import Glibc

/// Makes errors of failed system calls: with the path, the call and the system's own words.
enum SystemError {
    static func text(_ code: Int32) -> String {
        guard let text = strerror(code) else { return "errno \(code)" }
        return "\(String(cString: text)) (errno \(code))"
    }

    static func failure(_ operation: StaticString, _ path: String, _ code: Int32 = errno) -> StoreError {
        let isFull = code == ENOSPC || code == EDQUOT
        return StoreError(
            isFull ? .outOfSpace : .inputOutput, file: path, expected: "\(operation) to succeed", found: text(code), advice: advice(code),
            systemError: code)
    }

    private static func advice(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT:
            "free space on this file system or raise the quota, then start the service again; what was acknowledged is kept"
        case EACCES, EPERM: "give the service's user this path (directories 0700, files 0600)"
        case EROFS: "mount the file system writable"
        case ENOENT, ENOTDIR: "check the configured directory"
        case EMFILE, ENFILE: "raise the limit of open files"
        default: "check the disk and the kernel log, then start the service again; what was acknowledged is kept"
        }
    }
}
