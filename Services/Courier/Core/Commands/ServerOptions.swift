internal import ArgumentParser

/// Which server to talk to.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The profile to use instead of the current one.", valueName: "name"))
    var profile: String?

    @Option(help: ArgumentHelp("The server's address, such as http://127.0.0.1:8080 (default: COURIER_URL, a profile, or a stack here)."))
    var url: String?

    @Option(
        help: ArgumentHelp("A file with the token; - reads standard input (default: COURIER_TOKEN, or the profile's).", valueName: "file"))
    var tokenFile: String?

    func validate() throws {
        if url != nil && profile != nil { throw ValidationError("Give either --url or --profile.") }
    }
}
