using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Logins;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Logins;

namespace Sluice.Grains.Logins;

/// <summary>Between what is said of sign-ins on the wire and in the rules.</summary>
internal static class LoginMapping
{
    public static LoginRegistration ToRule(this LoginDefinition login) =>
        new(login.Provider, [.. login.RedirectAddresses]);

    public static AuthorizationRequest ToRule(this BeginLoginRequest request) => new()
    {
        ResponseType = request.ResponseType,
        ResponseMode = request.ResponseMode,
        Challenge = request.Challenge,
        ChallengeMethod = request.ChallengeMethod,
        Scope = request.Scope,
        State = request.State,
        Age = request.Age,
        HasRequestText = request.HasRequestText,
        HasRequestAddress = request.HasRequestAddress,
    };

    /// <summary>What a program is told of how a provider judged; None when it is good.</summary>
    public static LoginError ToError(this SubjectOutcome outcome, LoginError refused) => outcome switch
    {
        SubjectOutcome.Good => LoginError.None,
        SubjectOutcome.Unavailable => LoginError.TemporarilyUnavailable,
        _ => refused,
    };

    /// <summary>What a program is told of how its code was made; None when it was.</summary>
    public static LoginError ToError(this TokenOutcome outcome) => outcome switch
    {
        TokenOutcome.Issued => LoginError.None,
        TokenOutcome.ClientSuspended => LoginError.UnauthorizedClient,
        TokenOutcome.InvalidScope => LoginError.InvalidScope,
        TokenOutcome.TooMany => LoginError.TemporarilyUnavailable,
        _ => LoginError.AccessDenied,
    };
}
