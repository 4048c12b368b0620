import ArgumentParser
import RabbitMQBus

/// Where the broker of the fleet is.
struct BrokerOptions: ParsableArguments {
    @Option(help: "The broker's URL; its user must be tagged `impersonator`, because every node reports in its own name.") var brokerUrl:
        String

    func bus(_ name: String) throws -> RabbitMQBus {
        var configuration = try RabbitMQConfiguration(url: brokerUrl, connectionName: name)
        configuration.impersonates = true
        return try RabbitMQBus(configuration)
    }
}
