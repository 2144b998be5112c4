namespace Sluice.Rules.Tokens;

/// <summary>
/// Where a key that signs tokens is in its life. It only ever moves down this list, or to the last.
/// </summary>
public enum SigningKeyState
{
    /// <summary>It is stored, and nobody knows of it.</summary>
    Generated,

    /// <summary>Everybody can know it, and it signs nothing: whoever remembers keys has time to learn of it.</summary>
    Published,

    /// <summary>It signs. One key does.</summary>
    Active,

    /// <summary>A newer one signs; what it signed is good still.</summary>
    VerifyOnly,

    /// <summary>Nothing that it signed is good any more, and nobody is told of it. Kept for the record.</summary>
    Removed,

    /// <summary>Nothing is kept of it.</summary>
    Destroyed,

    /// <summary>Somebody else may have it: it is in no set from the moment that this was said.</summary>
    Compromised,
}

/// <summary>A key that signs tokens, as it is kept. Its secret half is kept elsewhere, sealed.</summary>
/// <param name="KeyId">Its thumbprint.</param>
/// <param name="Algorithm">The one that it is for.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record SigningKey(string KeyId, SignatureAlgorithm Algorithm, DateTimeOffset CreatedAt)
{
    /// <summary>From when on everybody is told of it; null: nobody is yet.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>From when on it signs. Means nothing before it is published.</summary>
    public DateTimeOffset ActivatesAt { get; init; }

    /// <summary>How long what it signed is good after it has signed last.</summary>
    public TimeSpan Overlap { get; init; }

    /// <summary>When it became known that somebody else may have it; null when it is its issuer's alone.</summary>
    public DateTimeOffset? CompromisedAt { get; init; }

    /// <summary>The command that made it; empty when no command did. A repeat of one makes no second key.</summary>
    public string RotationId { get; init; } = "";

    /// <summary>Whether it was the one that signs at some time up to this one.</summary>
    public bool WasActive(DateTimeOffset now) =>
        PublishedAt is not null && ActivatesAt <= now && !(CompromisedAt < ActivatesAt);
}

/// <summary>How an issuer's keys follow each other.</summary>
public sealed record SigningKeyPolicy
{
    /// <summary>How long a key is published before it signs.</summary>
    public required TimeSpan Lead { get; init; }

    /// <summary>How long a key is published after it has signed.</summary>
    public required TimeSpan Overlap { get; init; }

    /// <summary>How long a key signs.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>How long a key is kept for the record after that.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(180);

    /// <summary>The longest that anybody who judges tokens remembers keys without asking again.</summary>
    public required TimeSpan VerifierCache { get; init; }

    /// <summary>The longest until an edge tells what its silos know.</summary>
    public TimeSpan Propagation { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>By how much the clocks of silos may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = AccessToken.ClockSkew;

    /// <summary>How long tokens are good at most.</summary>
    public required TimeSpan TokenLifetime { get; init; }

    /// <summary>The algorithm of keys that are made from now on.</summary>
    public SignatureAlgorithm Algorithm { get; init; } = SignatureAlgorithm.Es256;

    /// <summary>
    /// What is wrong with it, each in a sentence; none when tokens are good throughout every rotation.
    /// </summary>
    public IEnumerable<string> Mistakes()
    {
        if (TokenLifetime <= TimeSpan.Zero || TokenLifetime > AccessToken.LifetimeMax)
        {
            yield return $"A token's life of {TokenLifetime} is not between zero and {AccessToken.LifetimeMax}.";
        }

        if (Lead < VerifierCache + Propagation + ClockSkew)
        {
            yield return $"A lead of {Lead} is shorter than {VerifierCache} that others remember keys, and "
                + $"{Propagation} until they can know, and {ClockSkew} between clocks: some would meet a key that they "
                + "do not know.";
        }

        // A silo whose clock is behind signs with the old key a little longer, and who judges allows the same.
        if (Overlap < TokenLifetime + 2 * ClockSkew)
        {
            yield return $"An overlap of {Overlap} is shorter than {TokenLifetime} that a token lives, and twice "
                + $"{ClockSkew} between clocks: good tokens would be refused.";
        }

        if (Lifetime < Lead)
        {
            yield return $"A key that signs for {Lifetime} and waits for {Lead} before would need two that wait.";
        }

        if (Algorithm is SignatureAlgorithm.None)
        {
            yield return "The algorithm is neither ES256 nor RS256.";
        }
    }
}
