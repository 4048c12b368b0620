/// Where RabbitMQ's management API is, and who asks.
struct ManagementAddress: Sendable, Equatable {
    let url: String
    let user: String?
    let password: String?
    let virtualHost: String
    /// Where the address was found, for error messages.
    let origin: String

    /// The address that the options, the environment (`COURIER_MANAGEMENT_URL`) or a stack on this machine names.
    ///
    /// - Throws: `CommandFailure` (`badInput`) when none is named or it is no address.
    static func find(_ options: ManagementOptions, context: CommandContext) async throws -> ManagementAddress {
        let stack: StackFile?
        let found: (url: String, origin: String)
        if let url = options.managementURL {
            (found, stack) = ((url, "--management-url"), nil)
        } else if let url = context.environment["COURIER_MANAGEMENT_URL"], !url.isEmpty {
            (found, stack) = ((url, "COURIER_MANAGEMENT_URL"), nil)
        } else if let file = try await StackFile.find(from: context.workingDirectory), let url = file.managementURL {
            (found, stack) = ((url, file.path), file)
        } else {
            throw CommandFailure.badInput(
                "no address of RabbitMQ's management API is known: give --management-url, set COURIER_MANAGEMENT_URL, "
                    + "or start a stack here (.courier/stack.json)")
        }
        // The text may hold a password, so it is not repeated.
        guard let address = WebAddress(found.url) else {
            throw CommandFailure.badInput("expected an address such as http://127.0.0.1:15672 from \(found.origin), found another text")
        }
        var password = stack?.managementPassword ?? address.password
        if let file = options.managementPasswordFile ?? stack?.managementPasswordFile {
            password = try await Discovery.token(context, file: file)
        }
        return ManagementAddress(
            url: address.text, user: options.managementUser ?? stack?.managementUser ?? address.user, password: password,
            virtualHost: options.virtualHost ?? stack?.virtualHost ?? "/", origin: found.origin)
    }
}
