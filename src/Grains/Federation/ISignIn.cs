using Sluice.Grains.Abstractions.Federation;
using Sluice.Rules.Federation;

namespace Sluice.Grains.Federation;

/// <summary>
/// How people sign in at one provider of a tenant; one implementation of each kind of provider. Only the provider's
/// grain uses it, in turns that interleave.
/// </summary>
internal interface ISignIn
{
    /// <summary>The address that a person is sent to; null when that cannot be known now.</summary>
    Task<string?> AddressAsync(SignInBegin begin);

    /// <summary>Whose a code is that the provider sent a person back with.</summary>
    /// <param name="begin">What the sign-in was begun with.</param>
    /// <param name="code">The code.</param>
    /// <param name="issuer">Whose answer it is said to be; null where it is not said.</param>
    /// <param name="isClient">Whether a client of that name is the one that the person wants to be.</param>
    Task<SignedIn> SignInAsync(SignInBegin begin, string code, string? issuer, Func<string, bool> isClient);
}

/// <summary>What came of a sign-in.</summary>
/// <param name="Outcome">Good, or why not.</param>
/// <param name="Token">Who it is, where it is good.</param>
/// <param name="Reason">Why not, for the log; nothing that anybody sent.</param>
internal sealed record SignedIn(SubjectOutcome Outcome, SubjectToken? Token, string Reason)
{
    public static SignedIn As(SubjectToken token) => new(SubjectOutcome.Good, token, "");

    public static SignedIn Refused(string reason) => new(SubjectOutcome.Refused, null, reason);

    public static SignedIn Unavailable(string reason) => new(SubjectOutcome.Unavailable, null, reason);
}
