import CRabbitMQ
import FoundationEssentials
import Hexadecimal

/// Memory for the texts and tables of one outgoing method, used again for the next.
final class Scratch {
    private let memory: UnsafeMutableRawBufferPointer
    private var used = 0

    /// What fits into a frame of the size that is always granted (131,072 bytes), with room for the fixed parts.
    static let capacity = 120 << 10

    init() { memory = .allocate(byteCount: Self.capacity, alignment: 16) }

    deinit { memory.deallocate() }

    /// What was given out before is not valid any more.
    func reset() { used = 0 }

    /// A copy of `text`; `nil` when there is no room for it.
    func bytes(_ text: String) -> amqp_bytes_t? {
        var text = text
        return text.withUTF8 { source in
            guard source.count <= memory.count - used else { return nil }
            let target = UnsafeMutableRawBufferPointer(rebasing: memory[used..<(used + source.count)])
            target.copyMemory(from: UnsafeRawBufferPointer(source))
            used += source.count
            return amqp_bytes_t(len: source.count, bytes: target.baseAddress)
        }
    }

    /// The text of `id`; `nil` when there is no room for it.
    func bytes(_ id: UUID) -> amqp_bytes_t? {
        guard UUIDText.length <= memory.count - used else { return nil }
        let target = UnsafeMutableRawBufferPointer(rebasing: memory[used..<(used + UUIDText.length)])
        UUIDText.write(id, to: target.bindMemory(to: UInt8.self))
        used += UUIDText.length
        return amqp_bytes_t(len: target.count, bytes: target.baseAddress)
    }

    /// A table of these entries; `nil` when there is no room for it.
    func table(_ entries: [(name: String, value: amqp_field_value_t)]) -> amqp_table_t? {
        guard !entries.isEmpty else { return amqp_empty_table }
        let start = (used + 15) & ~15
        let size = entries.count * MemoryLayout<amqp_table_entry_t>.stride
        guard start + size <= memory.count, let base = memory.baseAddress else { return nil }
        used = start + size
        let target = (base + start).bindMemory(to: amqp_table_entry_t.self, capacity: entries.count)
        for (index, entry) in entries.enumerated() {
            guard let name = bytes(entry.name) else { return nil }
            (target + index).initialize(to: amqp_table_entry_t(key: name, value: entry.value))
        }
        return amqp_table_t(num_entries: Int32(entries.count), entries: target)
    }
}

extension String {
    /// A copy of AMQP bytes; what is not UTF-8 is replaced.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len), as: UTF8.self)
    }
}
