namespace Sluice.Rules.Tokens;

/// <summary>What a refresh token is worth that is right.</summary>
public enum RefreshAnswer
{
    /// <summary>It was the newest; the next one takes its place.</summary>
    Rotated,

    /// <summary>
    /// It was the one before the newest, whose answer seems to be lost: the newest is told again, and is still it.
    /// </summary>
    Replayed,

    /// <summary>
    /// It was used before, and not by mistake: somebody else has it or had it. The family is over.
    /// </summary>
    Reused,

    /// <summary>Its family was over.</summary>
    Ended,

    /// <summary>Its family's time is over.</summary>
    Expired,

    /// <summary>The family never made it.</summary>
    Unknown,
}

/// <summary>
/// The refresh tokens that came from one sign-in, each from the one before it (RFC 9700, 4.14.2). One is good at a
/// time.
/// </summary>
/// <param name="FamilyId">16 characters of base 62.</param>
/// <param name="ExpiresAt">From here on none is good, however often they were renewed.</param>
public sealed record RefreshFamily(string FamilyId, DateTimeOffset ExpiresAt)
{
    /// <summary>
    /// How long the one before the newest gets the newest again. For an answer that was lost, and only until the newest
    /// was used.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>The newest; 1 or more.</summary>
    public int Number { get; init; } = 1;

    /// <summary>When the newest took its predecessor's place.</summary>
    public DateTimeOffset RotatedAt { get; init; }

    /// <summary>When it was revoked, or a token of it came twice; null when neither.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public bool IsLive(DateTimeOffset now) => EndedAt is null && now < ExpiresAt;

    /// <summary>Somebody presents a token that the family made. Guesses are not to come here.</summary>
    /// <param name="number">Its place.</param>
    /// <param name="now">When.</param>
    /// <param name="next">What the family is then; its <see cref="Number"/> is the token to answer with.</param>
    public RefreshAnswer Present(int number, DateTimeOffset now, out RefreshFamily next)
    {
        next = this;
        if (EndedAt is not null)
        {
            return RefreshAnswer.Ended;
        }

        if (now >= ExpiresAt)
        {
            return RefreshAnswer.Expired;
        }

        if (number < 1 || number > Number || Number == RefreshText.NumberMax)
        {
            return RefreshAnswer.Unknown;
        }

        if (number == Number)
        {
            next = this with { Number = Number + 1, RotatedAt = now };
            return RefreshAnswer.Rotated;
        }

        if (number == Number - 1 && now < RotatedAt + Grace)
        {
            return RefreshAnswer.Replayed;
        }

        next = End(now);
        return RefreshAnswer.Reused;
    }

    /// <summary>None of them is good any more. Said again, the first time stays.</summary>
    public RefreshFamily End(DateTimeOffset now) => EndedAt is null ? this with { EndedAt = now } : this;
}
