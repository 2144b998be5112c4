using System.Collections.Immutable;

namespace Sluice.Rules.Logins;

/// <summary>A code that waits to be redeemed.</summary>
/// <param name="Digest">What is kept of it, see <see cref="AuthorizationCode.DigestOf"/>.</param>
/// <param name="RedirectAddress">Where it was sent: whoever redeems it must say so.</param>
/// <param name="Challenge">Whose secret must come with it, see <see cref="ProofKey"/>.</param>
/// <param name="ExpiresAt">It is worth nothing from then on.</param>
public sealed record LoginCode(string Digest, string RedirectAddress, string Challenge, DateTimeOffset ExpiresAt);

/// <summary>A code that was redeemed.</summary>
/// <param name="Digest">What is kept of it.</param>
/// <param name="FamilyId">The tokens that it gave, which are kept for as long as they are good.</param>
public sealed record UsedCode(string Digest, string FamilyId);

/// <summary>What becomes of a code that is presented.</summary>
public enum CodeAnswer
{
    /// <summary>It is good, and was: it is worth nothing from now on.</summary>
    Redeemed,

    /// <summary>There is none such, or there was and its time is over.</summary>
    Unknown,

    /// <summary>
    /// Whoever brings it is not who asked for it. So somebody else has it, and it is worth nothing from now on.
    /// </summary>
    Stolen,

    /// <summary>It was redeemed before: what it gave must end (RFC 6749, 4.1.2).</summary>
    UsedAgain,
}

/// <summary>The codes of one client: each good once, for a minute, for who asked for it.</summary>
/// <param name="Waiting">Those that were not redeemed yet.</param>
/// <param name="Used">Those that were, and what they gave is there still.</param>
public sealed record LoginCodes(ImmutableArray<LoginCode> Waiting, ImmutableArray<UsedCode> Used)
{
    /// <summary>How long a program may take to redeem a code, which it has at once.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    /// <summary>Most codes of a client that wait at once.</summary>
    public const int WaitingMax = 128;

    /// <summary>Without codes whose time is over.</summary>
    public LoginCodes At(DateTimeOffset now) => this with
    {
        Waiting = [.. Waiting.Where(code => now < code.ExpiresAt)],
    };

    /// <summary>With one more; null where there is no room, since none makes room before its time.</summary>
    public LoginCodes? With(LoginCode code, DateTimeOffset now) =>
        At(now) is { Waiting.Length: < WaitingMax } kept ? kept with { Waiting = kept.Waiting.Add(code) } : null;

    /// <summary>Somebody presents a code.</summary>
    /// <param name="digest">Of the code.</param>
    /// <param name="redirectAddress">Where they say that it was sent.</param>
    /// <param name="verifier">The secret that they bring.</param>
    /// <param name="now">When.</param>
    /// <param name="next">What is left: not this code, whatever the answer.</param>
    public CodeAnswer Redeem(
        string digest, string redirectAddress, string verifier, DateTimeOffset now, out LoginCodes next)
    {
        var kept = At(now);
        next = kept;
        if (kept.Waiting.FirstOrDefault(code => code.Digest == digest) is not { } waiting)
        {
            return Used.Any(code => code.Digest == digest) ? CodeAnswer.UsedAgain : CodeAnswer.Unknown;
        }

        next = kept with { Waiting = kept.Waiting.Remove(waiting) };
        return waiting.RedirectAddress == redirectAddress && ProofKey.Proves(verifier, waiting.Challenge)
            ? CodeAnswer.Redeemed
            : CodeAnswer.Stolen;
    }
}
