import Messages
public import ServiceKit

extension EngineOptions {
    /// A scheduler's: what is due in the same second travels together, a few to a worker so that instances spread.
    public static var scheduler: EngineOptions {
        var options = EngineOptions()
        options.bundles = [.instances: 16, .results: 32, .templateAPI: 100]
        return options
    }
}
