import CRabbitMQ
import Glibc
import MessageBus

/// What a connection is used for. Everything is called on the connection's thread.
protocol LinkHandler: AnyObject {
    associatedtype Command: Sendable

    /// Sets up the channels of a new connection.
    func opened(_ link: Link) throws(LinkFailure)
    /// Takes what the broker says.
    func handle(_ event: LinkEvent, _ link: Link) throws(LinkFailure)
    /// Everything that had arrived was handled.
    func drained()
    /// Takes commands, without doing what needs a connection.
    func take(_ commands: [Command])
    /// Does some of what is to be done; false when there is nothing to do now.
    func work(_ link: Link) throws(LinkFailure) -> Bool
    /// The connection is gone, or could not be made.
    func lost(_ reason: String)
    /// Nothing will be done any more.
    func ended(_ reason: String)
    /// When something is to be done without anything arriving.
    var deadline: ContinuousClock.Instant? { get }
    /// Whether what can wait some milliseconds is expected.
    var sleepsLightly: Bool { get }
    /// Whether there was a wish to close and nothing holds it up.
    func isFinished(connected: Bool) -> Bool
}

/// Keeps one connection up for its handler, on a thread of its own.
final class LinkThread<Handler: LinkHandler> {
    private let configuration: RabbitMQConfiguration
    private let role: EventHub.Role
    private let hub: EventHub
    private let inbox: Inbox<Handler.Command>
    private let socketSwitch: SocketSwitch
    private let handler: Handler
    private var backoff: Backoff

    init(
        _ configuration: RabbitMQConfiguration, _ role: EventHub.Role, _ hub: EventHub, _ inbox: Inbox<Handler.Command>,
        _ socketSwitch: SocketSwitch, _ handler: Handler
    ) {
        self.configuration = configuration
        self.role = role
        self.hub = hub
        self.inbox = inbox
        self.socketSwitch = socketSwitch
        self.handler = handler
        backoff = Backoff(minimum: configuration.minimumBackoff, maximum: configuration.maximumBackoff)
    }

    /// Runs until the handler is finished or the broker refuses this client at the start.
    func run() {
        var reason = "the bus has been closed"
        while !handler.isFinished(connected: false) {
            do throws(LinkFailure) {
                try connectAndServe()
                break
            } catch {
                hub.down(role, reason: error.reason)
                handler.lost(error.reason)
                if error.isRefusal,
                    hub.refused(BusError(.accessRefused, subject: configuration.description, reason: error.reason))
                {
                    reason = error.reason
                    break
                }
                pause()
            }
        }
        hub.down(role, reason: reason)
        handler.take(inbox.close())
        handler.ended(reason)
    }

    private func connectAndServe() throws(LinkFailure) {
        let link = try Link(configuration, socketSwitch: socketSwitch)
        try handler.opened(link)
        backoff.reset()
        hub.up(role)
        try serve(link)
        link.close()
    }

    private func serve(_ link: Link) throws(LinkFailure) {
        while true {
            var isBusy = false
            var budget = 1024
            while budget > 0, let event = try link.next() {
                try handler.handle(event, link)
                isBusy = true
                budget -= 1
            }
            if isBusy { handler.drained() }
            handler.take(inbox.takeAll())
            if try handler.work(link) { isBusy = true }
            if handler.isFinished(connected: true) { return }
            if !isBusy { sleep(socket: link.socket) }
        }
    }

    private func sleep(socket: Int32?) {
        let isLight = handler.sleepsLightly
        // A third of the heartbeat keeps both directions of it alive, as they are served by reading only.
        var limit = isLight ? Duration.milliseconds(2) : max(.milliseconds(300), configuration.heartbeat / 3)
        if let deadline = handler.deadline { limit = min(limit, ContinuousClock.now.duration(to: deadline)) }
        inbox.sleep(socket: socket, milliseconds: limit.pollMilliseconds, lightly: isLight)
    }

    private func pause() {
        let end = ContinuousClock.now + backoff.next()
        while true {
            handler.take(inbox.takeAll())
            if handler.isFinished(connected: false) { return }
            var left = ContinuousClock.now.duration(to: end)
            if left <= .zero { return }
            if let deadline = handler.deadline { left = min(left, ContinuousClock.now.duration(to: deadline)) }
            inbox.sleep(socket: nil, milliseconds: left.pollMilliseconds, lightly: false)
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, as `poll` wants them.
    var pollMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return 0 }
        if seconds > Int64(Int32.max) / 1000 { return Int32.max }
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

/// Runs `body` on a thread of its own named `name` (at most 15 bytes), which signals leave alone.
func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) throws(BusError) {
    final class Start {
        let body: @Sendable () -> Void
        let name: String
        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
    let argument = Unmanaged.passRetained(Start(name, body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            courier_name_thread(start.name)
            start.body()
            return nil
        }, argument.toOpaque())
    guard code == 0 else {
        argument.release()
        throw BusError(.other, subject: "thread", reason: "none to be had (error \(code)); raise the limit of threads")
    }
    pthread_detach(thread)
}
