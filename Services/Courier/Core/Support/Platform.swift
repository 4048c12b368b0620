#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The system calls the command line needs, with errors in words.
enum Platform {
    /// A system call that failed.
    struct Failure: Error, Equatable {
        let code: Int32

        var reason: String {
            strerror(code).map { String(cString: $0) } ?? "error \(code)"
        }

        var isBrokenPipe: Bool { code == EPIPE }
        var isMissingFile: Bool { code == ENOENT || code == ENOTDIR }
    }

    private static func retrying(_ call: () -> Int) throws(Failure) -> Int {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw Failure(code: errno) }
        }
    }

    /// Writes all of `bytes`.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var start = 0
        while start < bytes.count {
            start += try retrying {
                bytes.withUnsafeBytes { unsafe in
                    #if canImport(Darwin)
                        Darwin.write(descriptor, unsafe.baseAddress?.advanced(by: start), unsafe.count - start)
                    #elseif canImport(Musl)
                        Musl.write(descriptor, unsafe.baseAddress?.advanced(by: start), unsafe.count - start)
                    #else
                        Glibc.write(descriptor, unsafe.baseAddress?.advanced(by: start), unsafe.count - start)
                    #endif
                }
            }
        }
    }

    /// Reads to the end, but no more than `limit` bytes.
    static func read(descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = try retrying {
                let room = min(piece.count, limit - bytes.count)
                return piece.withUnsafeMutableBytes { unsafe in
                    #if canImport(Darwin)
                        Darwin.read(descriptor, unsafe.baseAddress, room)
                    #elseif canImport(Musl)
                        Musl.read(descriptor, unsafe.baseAddress, room)
                    #else
                        Glibc.read(descriptor, unsafe.baseAddress, room)
                    #endif
                }
            }
            if count == 0 { break }
            bytes.append(contentsOf: piece[..<count])
        }
        return bytes
    }

    /// Reads a file, but no more than `limit` bytes of it.
    static func read(path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, limit: limit)
    }

    /// Writes a file that only its owner can read, in place of the one that is there, so that no reader ever sees half of it.
    static func replace(path: String, with bytes: [UInt8]) throws(Failure) {
        let aside = "\(path).\(getpid()).new"
        unlink(aside)
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        do throws(Failure) {
            try write(bytes, to: descriptor)
            guard fsync(descriptor) == 0, fchmod(descriptor, 0o600) == 0 else { throw Failure(code: errno) }
        } catch {
            close(descriptor)
            unlink(aside)
            throw error
        }
        close(descriptor)
        guard rename(aside, path) == 0 else {
            let failure = Failure(code: errno)
            unlink(aside)
            throw failure
        }
    }

    /// Writes a file that is not there yet; one that is there is left alone.
    static func create(path: String, bytes: [UInt8]) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        do throws(Failure) {
            try write(bytes, to: descriptor)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Why a file cannot be put at `path`; `nil` when it can. Only regular files are replaced: a device would be gone for everyone.
    static func reasonNotToReplace(path: String) -> String? {
        if access(Paths.parent(of: path) ?? ".", W_OK) != 0 { return Failure(code: errno).reason }
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFREG ? nil : "there is something else than a regular file"
    }

    /// Makes a directory, and those above it, that only its owner can enter.
    static func makeDirectory(_ path: String) throws(Failure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let parent = Paths.parent(of: path) else { throw Failure(code: errno) }
        try makeDirectory(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Failure(code: errno) }
    }

    /// The permission bits of a file; `nil` when there is none.
    static func permissions(of path: String) -> UInt32? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return UInt32(status.st_mode) & 0o7777
    }

    /// The width of the terminal behind `descriptor` in columns; `nil` when it is no terminal.
    static func columns(of descriptor: Int32) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Asks for a line on the terminal without showing what is typed; `nil` when standard input is no terminal.
    static func readSecretLine(prompt: String) throws(Failure) -> String? {
        var before = termios()
        guard isatty(0) == 1, tcgetattr(0, &before) == 0 else { return nil }
        try write(Array(prompt.utf8), to: 2)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(0, TCSAFLUSH, &silent)
        defer { tcsetattr(0, TCSAFLUSH, &before) }
        let line = readLine(strippingNewline: true)
        try write(Array("\n".utf8), to: 2)
        return line
    }

    /// Keeps a closed pipe and Ctrl-C from ending the process by themselves: both are handled where they matter.
    static func ignore(signal number: Int32) {
        _ = signal(number, SIG_IGN)
    }

    static let interruptSignal = SIGINT
    static let terminationSignal = SIGTERM
    static let brokenPipeSignal = SIGPIPE
}
