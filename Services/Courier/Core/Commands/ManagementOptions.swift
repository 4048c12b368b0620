internal import ArgumentParser

/// Where RabbitMQ's management API is.
struct ManagementOptions: ParsableArguments {
    @Option(
        name: .customLong("management-url"),
        help: ArgumentHelp(
            "RabbitMQ's management API, such as http://127.0.0.1:15672 (default: COURIER_MANAGEMENT_URL, which may hold user:password@, "
                + "or a stack here).", valueName: "url"))
    var managementURL: String?

    @Option(help: ArgumentHelp("Its user.", valueName: "name"))
    var managementUser: String?

    @Option(help: ArgumentHelp("A file with the user's password.", valueName: "file"), completion: .file())
    var managementPasswordFile: String?

    @Option(help: ArgumentHelp("The virtual host (default: / or the stack's).", valueName: "name"))
    var virtualHost: String?
}
