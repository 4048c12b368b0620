import Glibc

/// Calls that the C library has but its Swift module does not show. Where one is missing, the caller does without.
enum LinuxCalls {
    private typealias Fallocate = @convention(c) (_ descriptor: Int32, _ mode: Int32, _ offset: off_t, _ count: off_t) -> Int32
    private typealias SetName = @convention(c) (_ thread: pthread_t, _ name: UnsafePointer<CChar>) -> Int32

    // The casts are right because these are the C library's own declarations of the two names.
    private static let fallocate = dlsym(nil, "fallocate").map { unsafeBitCast($0, to: Fallocate.self) }
    private static let setName = dlsym(nil, "pthread_setname_np").map { unsafeBitCast($0, to: SetName.self) }
    private static let keepSize: Int32 = 1  // FALLOC_FL_KEEP_SIZE

    /// Reserves disk space without changing the file's size; 0, or -1 with `errno`.
    static func reserve(_ descriptor: Int32, from offset: Int, count: Int) -> Int32 {
        guard let fallocate else { return 0 }
        return fallocate(descriptor, keepSize, offset, count)
    }

    /// Names the calling thread for whoever looks at the process; the system keeps 15 bytes.
    static func nameThread(_ name: String) {
        _ = setName?(pthread_self(), String(name.prefix(15)))
    }
}
