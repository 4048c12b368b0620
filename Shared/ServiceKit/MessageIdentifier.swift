public import FoundationEssentials
import Synchronization

/// Draws identifiers for messages: a UUID (version 8) that no other message has. Its first half is drawn by each process, its second counts from
/// a start that is drawn: drawing all of each would cost more than encoding the message.
public enum MessageIdentifier {
    private static let process = UInt64.random(in: .min ... .max)
    private static let count = Atomic<UInt64>(.random(in: .min ... .max))

    /// Another identifier.
    public static func next() -> UUID {
        let first = process & ~0xF000 | 0x8000
        let second = count.wrappingAdd(1, ordering: .relaxed).newValue & ~(3 << 62) | (2 << 62)
        func byte(_ half: UInt64, _ place: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: half >> (56 - 8 * place)) }
        return UUID(
            uuid: (
                byte(first, 0), byte(first, 1), byte(first, 2), byte(first, 3), byte(first, 4), byte(first, 5), byte(first, 6),
                byte(first, 7),
                byte(second, 0), byte(second, 1), byte(second, 2), byte(second, 3), byte(second, 4), byte(second, 5), byte(second, 6),
                byte(second, 7)
            ))
    }
}
