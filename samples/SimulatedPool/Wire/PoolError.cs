using System.Text.Json.Serialization;

namespace Sluice.SimulatedPool.Wire;

/// <summary>The body of an error; the OpenAI interface demands all four keys of <see cref="PoolError"/>.</summary>
internal sealed record ErrorReply(PoolError Error);

/// <summary>Why a request is refused: every refusal of the pool is in this file.</summary>
/// <param name="Status">HTTP status, 400 to 599.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Type">Kind of error, in OpenAI's words.</param>
/// <param name="Param">The parameter at fault; null none.</param>
/// <param name="Code">The error in a word, for programs; null none.</param>
internal sealed record PoolError(
    [property: JsonIgnore] int Status, string Message, string Type, string? Param, string? Code)
{
    private const string InvalidRequest = "invalid_request_error";

    /// <summary>Value of <c>Retry-After</c>; null leaves the header out.</summary>
    [JsonIgnore]
    public string? RetryAfter { get; init; }

    public static PoolError InvalidKey { get; } =
        new(401, "Incorrect API key provided.", InvalidRequest, null, "invalid_api_key");

    public static PoolError QueueFull { get; } =
        new(503, "The pool's queue is full.", "server_error", null, "overloaded");

    public static PoolError BodyTooLarge { get; } =
        new(413, "The request body is too large.", InvalidRequest, null, "request_too_large");

    public static PoolError UnknownRoute { get; } =
        new(404, "There is nothing at this address.", InvalidRequest, null, "unknown_url");

    public static PoolError NotJson(string why) =>
        new(400, $"We could not parse the JSON body of your request: {why}", InvalidRequest, null, "invalid_json");

    public static PoolError Missing(string param) =>
        new(400, $"Missing required parameter: '{param}'.", InvalidRequest, param, "missing_required_parameter");

    public static PoolError Invalid(string param, string why) => new(400, why, InvalidRequest, param, "invalid_value");

    public static PoolError UnknownModel(string model) =>
        new(404, $"The model '{model}' does not exist.", InvalidRequest, "model", "model_not_found");

    /// <param name="limit">Most tokens of prompt and answer together.</param>
    /// <param name="wanted">What the request would take, as far as it says.</param>
    /// <param name="param">Name of the parameter that holds the prompt.</param>
    public static PoolError ContextExceeded(int limit, long wanted, string param) => new(
        400, $"This model's context is {limit} tokens; the request takes {wanted}.", InvalidRequest, param,
        "context_length_exceeded");

    public static PoolError BadSwitch(string why) => new(400, why, InvalidRequest, "x-simulate", "invalid_value");

    public static PoolError StreamOptionsRejected { get; } =
        new(400, "Unrecognized request argument supplied: stream_options", InvalidRequest, "stream_options",
            "unknown_parameter");

    /// <summary>An error that a test asked for.</summary>
    /// <param name="status">400 to 599.</param>
    /// <param name="code">Code to answer; null stands for the usual one of the status.</param>
    /// <param name="retryAfter">Value of <c>Retry-After</c>; null leaves the header out.</param>
    public static PoolError Simulated(int status, string? code, string? retryAfter)
    {
        var type = status switch
        {
            429 => code ?? "rate_limit_exceeded",
            >= 500 => "server_error",
            _ => InvalidRequest,
        };
        return new(status, $"Simulated error {status}.", type, null, code ?? (status == 429 ? type : null))
        {
            RetryAfter = retryAfter,
        };
    }
}
