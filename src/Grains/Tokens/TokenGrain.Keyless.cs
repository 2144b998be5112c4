using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Tokens;

/// <summary>Tokens that are issued for no key of the client.</summary>
internal sealed partial class TokenGrain
{
    /// <summary>
    /// For a client that signs who it is. Judged by the grain that has its public keys, whoever passes it on.
    /// </summary>
    private async Task<TokenReply> IssueByAssertion(string assertion, string scopeText)
    {
        if (TokenScope.TryParse(scopeText) is not { } scope)
        {
            return new TokenReply { Outcome = TokenOutcome.InvalidScope };
        }

        var reply = await GrainFactory.GetGrain<IClientAssertionGrain>(ClientId).Authenticate(assertion);
        return reply.Outcome switch
        {
            AssertionOutcome.Authenticated => RefusalByRate() ?? await IssueAsync(
                new WantedToken(0, scope, reply.Tenant, DateTimeOffset.MaxValue) { SignIn = TokenSignIn.Assertion }),
            AssertionOutcome.ClientSuspended => new TokenReply { Outcome = TokenOutcome.ClientSuspended },
            AssertionOutcome.TooMany => new TokenReply
            {
                Outcome = TokenOutcome.TooMany, RetryAfter = reply.RetryAfter,
            },
            _ => new TokenReply { Outcome = TokenOutcome.KeyRefused },
        };
    }

    /// <summary>
    /// For a token of a provider that the client's tenant trusts. What is issued is no wider, and ends with it at the
    /// latest: so there is no refresh token either.
    /// </summary>
    private async Task<TokenReply> IssueByProvider(SubjectRequest subject, string scopeText)
    {
        var client = await GrainFactory.GetGrain<IClientAdmission>(ClientId).Identify(
            new IdentifyRequest { KeyVersion = 0, SecretDigest = [], Token = new TokenUse() });
        var definition = await GrainFactory.GetGrain<IClientAdministration>(ClientId).Describe();
        if (definition is null)
        {
            return new TokenReply { Outcome = TokenOutcome.SubjectRefused };
        }

        var judged = await GrainFactory.GetGrain<IProvidersGrain>(definition.Tenant).Judge(subject);
        if (judged.Outcome is not SubjectOutcome.Good)
        {
            return new TokenReply
            {
                Outcome = judged.Outcome is SubjectOutcome.Unavailable
                    ? TokenOutcome.Unavailable
                    : TokenOutcome.SubjectRefused,
            };
        }

        // Only whoever may be the client is told that it is suspended, and uses up what it may ask for.
        if ((RefusalOf(client.Verdict, TokenOutcome.SubjectRefused) ?? RefusalByRate()) is { } refusal)
        {
            return refusal;
        }

        var granted = TokenScope.TryParse(judged.Scope)!;
        var scope = scopeText.Length == 0 ? granted : TokenScope.TryParse(scopeText);
        return scope is null || !scope.IsWithin(granted)
            ? new TokenReply { Outcome = TokenOutcome.InvalidScope }
            : await IssueAsync(
                new WantedToken(0, scope, client.Tenant, DateTimeOffset.FromUnixTimeSeconds(judged.ExpiresAt))
                {
                    Person = StoredPerson.Of(judged),
                });
    }

    /// <summary>Without a refresh token: whoever could sign once can sign again.</summary>
    private async Task<TokenReply> IssueAsync(WantedToken wanted) =>
        (await SignAsync(wanted))?.Reply ?? new TokenReply { Outcome = TokenOutcome.NotOffered };
}
