import Messages
public import ServiceKit

/// The queue that the API consumes.
public enum APIQueue {
    /// The consumer of `courier.template-api`.
    public static func consumer() -> QueueConsumer<APIState> {
        QueueConsumer(queue: Queues.templateAPI) { try APIInput($0) }
    }
}
