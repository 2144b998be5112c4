namespace Sluice.SimulatedPool.Failures;

/// <summary>How a call is to go wrong. What is left out goes right; <see cref="None"/> is a healthy pool.</summary>
internal sealed record PoolFailure
{
    public static PoolFailure None { get; } = new();

    /// <summary>Time that passes before anything else happens; zero none.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Error status to answer, 400 to 599; null none.</summary>
    public int? Status { get; init; }

    /// <summary>Value of <c>Retry-After</c> beside <see cref="Status"/>; null leaves the header out.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>Error code beside <see cref="Status"/>; null stands for the usual one.</summary>
    public string? Code { get; init; }

    /// <summary>Take the request and never answer; no place in the batch is held.</summary>
    public bool Hangs { get; init; }

    /// <summary>Send so many tokens and then nothing, without ending, while holding the place; null never.</summary>
    public int? HangAfterTokens { get; init; }

    /// <summary>Send so many tokens and then break the connection; null never.</summary>
    public int? CutAfterTokens { get; init; }

    /// <summary>Answer 200 and JSON by its content type, with a body that is none.</summary>
    public bool Garbage { get; init; }

    /// <summary>Answer 200 and an event stream by its content type, with broken events and no end.</summary>
    public bool GarbageStream { get; init; }

    /// <summary>Never report usage in streams, asked or not, as older servers do.</summary>
    public bool NoUsage { get; init; }

    /// <summary>Answer 400 to any request that has <c>stream_options</c>, as some servers do.</summary>
    public bool RejectsStreamOptions { get; init; }

    /// <summary>Answer 503 at <c>/health</c>. Has a meaning for the whole pool only.</summary>
    public bool Unhealthy { get; init; }

    /// <summary>After so many calls the pool is healthy again; null never by itself. For the whole pool only.</summary>
    public int? Times { get; init; }

    /// <summary>As <see cref="TryParse"/>, for callers that have no use for switches they do not know.</summary>
    /// <exception cref="ArgumentException">A switch is unknown; the message names it.</exception>
    public static PoolFailure Parse(string text) =>
        TryParse(text, out var failure, out var mistake) ? failure : throw new ArgumentException(mistake, nameof(text));

    /// <summary>Reads switches such as <c>status=429;retry-after=7</c>; the README lists them.</summary>
    /// <param name="text">Switches parted by semicolons; empty or <c>off</c> is <see cref="None"/>.</param>
    /// <param name="failure">What was read, if all of it was understood.</param>
    /// <param name="mistake">The first switch that was not understood, as a sentence; empty on success.</param>
    public static bool TryParse(string text, out PoolFailure failure, out string mistake)
    {
        failure = None;
        mistake = "";
        foreach (var item in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (FailureSwitch.Apply(failure, item) is not { } next)
            {
                mistake = $"'{item}' is not a switch of the simulated pool.";
                return false;
            }

            failure = next;
        }

        return true;
    }
}
