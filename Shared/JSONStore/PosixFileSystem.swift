import Glibc

/// The operating system's own file system. Files are made 0600 and directories 0700, and every descriptor is closed on exec.
struct PosixFileSystem: FileSystem {
    func open(_ path: String, _ mode: OpenMode) throws(StoreError) -> OpenFile {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .update: O_RDWR
            case .replace: O_RDWR | O_CREAT | O_TRUNC
            case .lock: O_RDWR | O_CREAT
            }
        let descriptor = try retrying("open", path) { Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        return OpenFile(descriptor: descriptor, path: path) { _ = Glibc.close($0) }
    }

    func size(of file: OpenFile) throws(StoreError) -> Int {
        var status = stat()
        _ = try retrying("fstat", file.path) { fstat(file.descriptor, &status) }
        return Int(status.st_size)
    }

    func read(_ file: OpenFile, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int {
        try retrying("read", file.path) { pread(file.descriptor, buffer.baseAddress, buffer.count, offset) }
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int) throws(StoreError) -> Int {
        try retrying("write", file.path) { pwrite(file.descriptor, bytes.baseAddress, bytes.count, offset) }
    }

    func reserve(_ file: OpenFile, from offset: Int, count: Int) throws(StoreError) {
        while LinuxCalls.reserve(file.descriptor, from: offset, count: count) != 0 {
            switch errno {
            case EINTR: continue
            // A convenience: what cannot be reserved is allocated, or refused, by the write.
            case EOPNOTSUPP, ENOSYS, EINVAL, ENOSPC, EDQUOT, EFBIG: return
            default: throw SystemError.failure("fallocate", file.path)
            }
        }
    }

    func truncate(_ file: OpenFile, to size: Int) throws(StoreError) {
        _ = try retrying("ftruncate", file.path) { ftruncate(file.descriptor, size) }
    }

    func sync(_ file: OpenFile) throws(StoreError) {
        guard fdatasync(file.descriptor) == 0 else { throw SystemError.failure("fdatasync", file.path) }
    }

    func syncDirectory(_ path: String) throws(StoreError) {
        let descriptor = try retrying("open", path) { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError.failure("fsync", path) }
    }

    func rename(_ path: String, to newPath: String) throws(StoreError) {
        _ = try retrying("rename", path) { Glibc.rename(path, newPath) }
    }

    func remove(_ path: String) throws(StoreError) {
        _ = try retrying("unlink", path) { unlink(path) }
    }

    func names(in directory: String) throws(StoreError) -> [String] {
        guard let stream = opendir(directory) else { throw SystemError.failure("opendir", directory) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(entry.pointee.d_reclen)) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw SystemError.failure("readdir", directory) }
        return names
    }

    func makeDirectory(_ path: String) throws(StoreError) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw SystemError.failure("mkdir", path) }
        var status = stat()
        _ = try retrying("stat", path) { stat(path, &status) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemError.failure("mkdir", path, ENOTDIR) }
        if status.st_mode & 0o077 != 0 {
            _ = try retrying("chmod", path) { chmod(path, 0o700) }
        }
        return false
    }

    func tryLock(_ file: OpenFile) throws(StoreError) -> Bool {
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            default: throw SystemError.failure("flock", file.path)
            }
        }
        return true
    }

    func isCurrent(_ file: OpenFile) throws(StoreError) -> Bool {
        var opened = stat()
        var named = stat()
        _ = try retrying("fstat", file.path) { fstat(file.descriptor, &opened) }
        guard stat(file.path, &named) == 0 else {
            if errno == ENOENT { return false }
            throw SystemError.failure("stat", file.path)
        }
        return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
    }

    /// Calls again when a signal interrupted the call before it did anything. Not for syncs: an interrupted sync has failed.
    private func retrying<Value: BinaryInteger>(
        _ operation: StaticString, _ path: String, _ call: () -> Value
    ) throws(StoreError) -> Value {
        while true {
            let result = call()
            if result >= 0 { return result }
            guard errno == EINTR else { throw SystemError.failure(operation, path) }
        }
    }
}
