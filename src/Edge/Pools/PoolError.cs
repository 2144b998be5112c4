using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace Sluice.Edge.Pools;

/// <summary>
/// The pool's troubles in the gateway's words. A pool's 401 is our key, not the client's, its 402 our bill, its 429 our
/// load: none may reach a client, who would throw away a good key or slow down for nothing.
/// </summary>
internal static class PoolError
{
    private const string Server = "server_error";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Null when the answer may be relayed: a success, or a mistake of the client that the pool found.
    /// </summary>
    public static ApiError? For(HttpResponseMessage answer, ModelCall call) => (int)answer.StatusCode switch
    {
        200 when call.Body.Stream && !MediaType.Is(answer.Content.Headers, MediaType.Events) => Garbage,
        200 when !call.Body.Stream && !MediaType.Is(answer.Content.Headers, MediaType.Json) => Garbage,
        200 => null,
        401 or 402 or 403 or 407 => new ApiError(
            502, Server, "pool_refused_gateway",
            "The model's pool refused the gateway's own key or account. Tell its operators.")
        {
            RetryAfter = Soon,
        },
        429 or 503 => new ApiError(503, Server, "pool_overloaded", "The model's pool is overloaded. Please try again.")
        {
            RetryAfter = RetryAfterOf(answer),
        },
        408 or 504 => TimedOut,
        >= 400 and < 500 when MediaType.Is(answer.Content.Headers, MediaType.Json) => null,
        _ => new ApiError(
            502, Server, "pool_error", $"The model's pool failed with status {(int)answer.StatusCode}.")
        {
            RetryAfter = Soon,
        },
    };

    /// <summary>When there was no answer at all.</summary>
    public static ApiError For(ForwarderError error) => error switch
    {
        ForwarderError.RequestTimedOut => TimedOut,
        ForwarderError.Request or ForwarderError.NoAvailableDestinations =>
            new ApiError(503, Server, "pool_unavailable", "The model's pool cannot be reached. Please try again.")
            {
                RetryAfter = Soon,
            },
        _ => Garbage,
    };

    public static readonly ApiError Garbage = new(
        502, Server, "pool_bad_answer", "The model's pool sent an answer that cannot be read. Please try again.")
    {
        RetryAfter = Soon,
    };

    public static readonly ApiError BrokenOff = new(
        502, Server, "pool_connection_lost", "The connection to the model's pool broke before its answer was complete.")
    {
        RetryAfter = Soon,
    };

    public static readonly ApiError TimedOut = new(
        504, Server, "pool_timeout", "The model's pool did not answer in time. Please try again.")
    {
        RetryAfter = Soon,
    };

    private static TimeSpan RetryAfterOf(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter?.Delta is { } delta && delta > TimeSpan.Zero && delta <= RetryAfterMax ? delta : Soon;
}
