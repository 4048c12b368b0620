import HTTPTypes
import Hummingbird
import JSONStore
import Logging
import Messages
import NIOCore
import ServiceKit

/// Turns whatever is thrown into a problem document, and counts answers.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    let logger: Logger
    let metrics: Metrics

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        let response: Response
        do {
            response = try await next(request, context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            response = problem(for: error, request).response
        }
        let status = "\(response.status.code)"
        metrics.counter(
            "courier_http_requests_total", labels: ["method": Self.label(request.method), "status": status],
            help: "Requests answered, by method and status."
        ).add()
        return response
    }

    private func problem(for error: any Error, _ request: Request) -> APIProblem {
        switch error {
        case let problem as APIProblem: return problem
        case let problem as QueryProblem: return APIProblem(problem)
        case is NIOTooManyBytesError: return BodyReader.tooLarge
        case let error as HTTPError where error.status == .notFound:
            return APIProblem(.notFound, "There is nothing at \(request.uri.path.prefix(200)). Everything is under /v1.")
        case let error as HTTPError: return APIProblem(error.status, error.body ?? error.status.reasonPhrase)
        case let error as StoreError:
            logger.error("A request could not be made durable", metadata: ["error": "\(error)"])
            return .unavailable("The service cannot write its journal at present; nothing was changed. Its log says why.")
        default:
            // What went wrong inside is for the log, not for whoever asks.
            logger.error(
                "A request failed", metadata: ["method": "\(request.method)", "path": "\(request.uri.path)", "error": "\(error)"])
            return APIProblem(.internalServerError, "The request failed inside the service. Its log says why.")
        }
    }

    /// A client may send any method; a label may not take any value.
    private static func label(_ method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        return known.contains(method) ? method.rawValue : "other"
    }
}
