using System.Globalization;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Logins;

/// <summary>
/// What a program asks for that sends a person here (RFC 6749, 4.1.1; RFC 7636, 4.3), its client and its address apart:
/// those are judged before it is told anything. Null is a parameter that is not there.
/// </summary>
public sealed record AuthorizationRequest
{
    /// <summary>Most characters of <see cref="State"/>.</summary>
    public const int StateLengthMax = 512;

    /// <summary>Most characters of <see cref="Scope"/>.</summary>
    public const int ScopeLengthMax = 512;

    /// <summary>The longest that a sign-in may be asked to be ago at most, in seconds: a year.</summary>
    public const long AgeMax = 366 * 86_400;

    /// <summary><c>response_type</c>.</summary>
    public string? ResponseType { get; init; }

    /// <summary><c>response_mode</c>.</summary>
    public string? ResponseMode { get; init; }

    /// <summary><c>code_challenge</c>.</summary>
    public string? Challenge { get; init; }

    /// <summary><c>code_challenge_method</c>.</summary>
    public string? ChallengeMethod { get; init; }

    /// <summary><c>scope</c>.</summary>
    public string? Scope { get; init; }

    /// <summary><c>state</c>: comes back as it is.</summary>
    public string? State { get; init; }

    /// <summary><c>max_age</c>: how long ago the person may have signed in at the provider, in seconds.</summary>
    public string? Age { get; init; }

    /// <summary>Whether there is a <c>request</c>.</summary>
    public bool HasRequestText { get; init; }

    /// <summary>Whether there is a <c>request_uri</c>.</summary>
    public bool HasRequestAddress { get; init; }

    /// <summary>What is wrong with it, first things first; None when nothing is.</summary>
    public LoginError Judge() =>
        HasRequestText ? LoginError.RequestNotSupported
        : HasRequestAddress ? LoginError.RequestAddressNotSupported
        : ResponseType is null ? LoginError.InvalidRequest
        : ResponseType != "code" ? LoginError.UnsupportedResponseType
        : ResponseMode is not (null or "query") ? LoginError.InvalidRequest

        // Without a method it would be 'plain' (RFC 7636, 4.3), which proves nothing to whoever saw the request.
        : ChallengeMethod != ProofKey.Method || Challenge is null || !ProofKey.IsChallenge(Challenge)
            ? LoginError.InvalidRequest
        : !IsState(State) || (Age is not null && AgeIn(Age) is null) ? LoginError.InvalidRequest
        : Scope?.Length > ScopeLengthMax || TokenScope.TryParse(Scope) is null ? LoginError.InvalidScope
        : LoginError.None;

    /// <summary>
    /// What may be sent back of a state: one that is too long, or has other characters, is not (RFC 6749, A.5).
    /// </summary>
    public static bool IsState(string? state) =>
        state is null || (state.Length <= StateLengthMax && state.All(character => character is >= ' ' and <= '~'));

    /// <summary>Seconds; null for what is no number of them.</summary>
    public static long? AgeIn(string text) =>
        text.Length is > 0 and <= 8
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= AgeMax
            ? seconds
            : null;
}
