namespace Sluice.Rules.Federation;

/// <summary>What is to be done to judge a token by a provider's keys.</summary>
public enum KeyStep
{
    /// <summary>Judge it by the keys that are known.</summary>
    Judge,

    /// <summary>The same, and fetch the keys again behind it.</summary>
    JudgeAndFetch,

    /// <summary>Fetch the keys, and judge it then.</summary>
    Fetch,

    /// <summary>It names a key that is not known, and the provider was asked a moment ago: it is refused.</summary>
    Unknown,

    /// <summary>No keys are known that could be believed, and the provider did not answer a moment ago.</summary>
    Unavailable,
}

/// <summary>
/// When the keys of a provider are fetched. Tokens come from anybody, so what they say must not decide how often the
/// provider is asked; and a provider that is away must not make its keys good for ever.
/// </summary>
/// <param name="FetchedAt">When they were fetched last; null: never. By a monotonic clock.</param>
/// <param name="TriedAt">When the last fetch began, however it ended; null: none did.</param>
public readonly record struct KeyFetching(TimeSpan? FetchedAt, TimeSpan? TriedAt)
{
    /// <summary>From when on keys are fetched again behind the next token.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5);

    /// <summary>From when on they are not believed without having been fetched again.</summary>
    public static readonly TimeSpan BelievedFor = TimeSpan.FromHours(1);

    /// <summary>The provider is asked no more often than this, whoever sends what.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>While there are no keys at all, somebody waits: it is asked again sooner.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>What is to be done for a token.</summary>
    /// <param name="knowsKey">Whether the key that it names is among those that are known.</param>
    /// <param name="now">Monotonic time.</param>
    public KeyStep For(bool knowsKey, TimeSpan now)
    {
        var age = now - FetchedAt;
        if (age is null || age >= BelievedFor)
        {
            return MayFetch(FirstPause, now) ? KeyStep.Fetch : KeyStep.Unavailable;
        }

        if (!knowsKey)
        {
            return MayFetch(Pause, now) ? KeyStep.Fetch : KeyStep.Unknown;
        }

        return age >= FreshFor && MayFetch(Pause, now) ? KeyStep.JudgeAndFetch : KeyStep.Judge;
    }

    /// <summary>A fetch begins.</summary>
    public KeyFetching Begun(TimeSpan now) => this with { TriedAt = now };

    /// <summary>
    /// It brought keys. They are as old as the question: what was withdrawn while it was on its way may be in them.
    /// </summary>
    public KeyFetching Ended(TimeSpan begun) => this with { FetchedAt = begun };

    private bool MayFetch(TimeSpan pause, TimeSpan now) => TriedAt is not { } tried || now - tried >= pause;
}
