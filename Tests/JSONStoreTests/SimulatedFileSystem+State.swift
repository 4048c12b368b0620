@testable import JSONStore

extension SimulatedFileSystem {
    struct State {
        enum Change: Sendable {
            case write(Int, [UInt8])
            case truncate(Int)

            func apply(to content: inout [UInt8]) {
                switch self {
                case .write(let offset, let bytes):
                    if content.count < offset { content += repeatElement(0, count: offset - content.count) }
                    let end = min(content.count, offset + bytes.count)
                    content.replaceSubrange(offset..<end, with: bytes)
                case .truncate(let size):
                    content = Array(content.prefix(size)) + repeatElement(0, count: max(0, size - content.count))
                }
            }
        }

        enum DirectoryChange: Sendable {
            case link(String, Int)
            case unlink(String)
            case rename(String, String, Int)
            case makeDirectory(String)

            func apply(to entries: inout [String: Int], _ directories: inout Set<String>) {
                switch self {
                case .link(let path, let node): entries[path] = node
                case .unlink(let path): entries[path] = nil
                case .rename(let path, let newPath, let node):
                    entries[path] = nil
                    entries[newPath] = node
                case .makeDirectory(let path): directories.insert(path)
                }
            }
        }

        struct Node: Sendable {
            var content: [UInt8] = []
            var durable: [UInt8] = []
            var unsynced: [Change] = []
        }

        private(set) var nodes: [Int: Node] = [:]
        var entries: [String: Int] = [:]
        var durableEntries: [String: Int] = [:]
        private(set) var directories: Set<String> = ["/"]
        private var durableDirectories: Set<String> = ["/"]
        private var pending: [(directory: String, change: DirectoryChange)] = []
        var descriptors: [Int32: Int] = [:]
        private var locks: [Int: Int32] = [:]
        private var last = 0
        var calls = 0
        var counts: [Operation: Int] = [:]
        var isStopped = false

        // MARK: Files

        mutating func makeNode(_ content: [UInt8] = []) -> Int {
            last += 1
            nodes[last] = Node(content: content, durable: content)
            return last
        }

        mutating func openFile(_ path: String, emptied: Bool) -> Int32 {
            last += 1
            descriptors[Int32(last)] = entries[path]
            if emptied { change(Int32(last), .truncate(0)) }
            return Int32(last)
        }

        func content(_ file: OpenFile) -> [UInt8] { descriptors[file.descriptor].flatMap { nodes[$0]?.content } ?? [] }

        mutating func change(_ file: OpenFile, _ change: Change) { self.change(file.descriptor, change) }

        private mutating func change(_ descriptor: Int32, _ change: Change) {
            guard let node = descriptors[descriptor] else { return }
            nodes[node]?.unsynced.append(change)
            if var content = nodes[node]?.content {
                nodes[node]?.content = []
                change.apply(to: &content)
                nodes[node]?.content = content
            }
        }

        mutating func settle(_ file: OpenFile, isDurable: Bool) {
            guard let number = descriptors[file.descriptor], var node = nodes[number] else { return }
            if isDurable { for change in node.unsynced { change.apply(to: &node.durable) } }
            node.unsynced = []
            nodes[number] = node
        }

        // MARK: Directories

        mutating func change(_ change: DirectoryChange, in directory: String) {
            change.apply(to: &entries, &directories)
            pending.append((directory, change))
        }

        mutating func settle(directory: String) {
            for (place, change) in pending where place == directory { change.apply(to: &durableEntries, &durableDirectories) }
            pending.removeAll { $0.directory == directory }
        }

        // MARK: Locks

        mutating func lock(_ file: OpenFile) -> Bool {
            guard let node = descriptors[file.descriptor] else { return false }
            if let holder = locks[node], descriptors[holder] == node { return holder == file.descriptor }
            locks[node] = file.descriptor
            return true
        }

        func isCurrent(_ file: OpenFile) -> Bool {
            descriptors[file.descriptor].map { entries[file.path] == $0 } ?? false
        }

        // MARK: Crashes

        func survivor(of crash: Crash) -> State {
            var disk = State()
            var random = SplitMix(seed: 0)
            if case .some(let seed) = crash { random = SplitMix(seed: seed) }
            var entries = durableEntries
            var directories = durableDirectories
            let kept =
                switch crash {
                case .everything: pending.count
                case .synced: 0
                case .some: Int.random(in: 0...pending.count, using: &random)
                }
            for (_, change) in pending.prefix(kept) { change.apply(to: &entries, &directories) }
            disk.directories = directories
            disk.durableDirectories = directories
            for (path, number) in entries.sorted(by: { $0.key < $1.key }) where directories.contains(SimulatedFileSystem.parent(path)) {
                guard let node = nodes[number] else { continue }
                let content =
                    switch crash {
                    case .everything: node.content
                    case .synced: node.durable
                    case .some: Self.mixture(of: node, using: &random)
                    }
                disk.entries[path] = disk.makeNode(content)
            }
            disk.durableEntries = disk.entries
            if crash == .everything { disk.keepUndurable(of: self) }
            return disk
        }

        /// A killed process takes nothing from the machine's memory, and makes nothing durable either.
        private mutating func keepUndurable(of state: State) {
            nodes = state.nodes
            entries = state.entries
            durableEntries = state.durableEntries
            directories = state.directories
            durableDirectories = state.durableDirectories
            pending = state.pending
            last = state.last
        }

        /// Any of the blocks that were not synced may have reached the disk, and the size may have grown less than the blocks.
        private static func mixture(of node: Node, using random: inout SplitMix) -> [UInt8] {
            var target = node.durable
            for change in node.unsynced { change.apply(to: &target) }
            if target.count < node.durable.count { return Bool.random(using: &random) ? target : node.durable }
            var content = node.durable + repeatElement(0, count: target.count - node.durable.count)
            let block = 512 << Int.random(in: 0...2, using: &random)
            for start in stride(from: 0, to: target.count, by: block) where Bool.random(using: &random) {
                let end = min(start + block, target.count)
                content.replaceSubrange(start..<end, with: target[start..<end])
            }
            let size = Bool.random(using: &random) ? target.count : Int.random(in: node.durable.count...target.count, using: &random)
            return Array(content.prefix(size))
        }
    }
}

/// Randomness from a seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
