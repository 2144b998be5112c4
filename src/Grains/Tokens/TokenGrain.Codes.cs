using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Logins;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Tokens;

/// <summary>
/// Codes of people who have signed in. That one was used is stored with the tokens that it gave, in one write: no crash
/// makes it good again, and none loses the tokens of one that was used.
/// </summary>
internal sealed partial class TokenGrain
{
    /// <summary>How often people sign in as one client. What they redeem is not counted again.</summary>
    private readonly AskingRate _signIns = new(time);

    public async Task<CodeReply> GrantCode(GrantCodeRequest request)
    {
        if (!Options.IsOffered)
        {
            return new CodeReply { Outcome = TokenOutcome.NotOffered };
        }

        // Only whoever may be the client is told that it is suspended, and uses up what it may ask for.
        var client = await IdentifyAsync();
        if (client.Verdict is not Verdict.Admitted)
        {
            return new CodeReply
            {
                Outcome = client.Verdict is Verdict.ClientSuspended
                    ? TokenOutcome.ClientSuspended
                    : TokenOutcome.SubjectRefused,
            };
        }

        var granted = TokenScope.TryParse(request.Subject.Scope)!;
        var scope = request.Scope.Length == 0 ? granted : TokenScope.TryParse(request.Scope);
        if (scope is null || !scope.IsWithin(granted))
        {
            return new CodeReply { Outcome = TokenOutcome.InvalidScope };
        }

        var now = Now;
        var state = stored.State.At(now);
        var code = AuthorizationCode.Format(RandomNumberGenerator.GetBytes(AuthorizationCode.Bytes));
        var waiting = new StoredCode
        {
            Digest = AuthorizationCode.DigestOf(code)!,
            RedirectAddress = request.RedirectAddress,
            Challenge = request.Challenge,
            ExpiresAt = now + LoginCodes.Life,
            Scope = scope.Text,
            Person = StoredPerson.Of(request.Subject),
        };
        if (_signIns.Refusal() is not null || CodesOf(state).With(waiting.ToRule(), now) is null)
        {
            return new CodeReply { Outcome = TokenOutcome.TooMany };
        }

        await StoreAsync(state with { Codes = [.. state.Codes, waiting] });
        return new CodeReply { Outcome = TokenOutcome.Issued, Code = code };
    }

    public async Task<TokenReply> RedeemCode(RedeemCodeRequest request)
    {
        var now = Now;
        var state = stored.State.At(now);
        var answer = CodesOf(state).Redeem(
            request.Digest, request.RedirectAddress, request.Verifier, now, out var left);
        if (answer is CodeAnswer.UsedAgain)
        {
            var family = state.Families.First(one => one.CodeDigest == request.Digest);
            LogCodeUsedAgain(ClientId, family.FamilyId);
            await EndFamilyAsync(family, now, "login.reuse");
            return Invalid;
        }

        if (answer is CodeAnswer.Stolen)
        {
            LogCodeStolen(ClientId);
            await StoreAsync(state with
            {
                Codes = [.. state.Codes.Where(code => left.Waiting.Any(one => one.Digest == code.Digest))],
                Audits = [Note("login.mismatch", 0, left.Waiting.Length)],
            });
            return Invalid;
        }

        if (answer is not CodeAnswer.Redeemed)
        {
            return Invalid;
        }

        var redeemed = state.Codes.First(code => code.Digest == request.Digest);
        var client = await IdentifyAsync();
        if (RefusalOf(client.Verdict, TokenOutcome.InvalidGrant) is { } refusal)
        {
            return refusal;
        }

        var wanted = new WantedToken(
            0, TokenScope.TryParse(redeemed.Scope)!, client.Tenant, DateTimeOffset.MaxValue)
        {
            Person = redeemed.Person, CodeDigest = redeemed.Digest,
        };
        return await SignAsync(wanted) is { } signed
            ? await BeginFamilyAsync(signed, wanted)
            : new TokenReply { Outcome = TokenOutcome.NotOffered };
    }

    private static LoginCodes CodesOf(StoredTokens state) => new(
        [.. state.Codes.Select(code => code.ToRule())],
        [
            .. state.Families.Where(family => family.CodeDigest.Length > 0)
                .Select(family => new UsedCode(family.CodeDigest, family.FamilyId)),
        ]);

    /// <summary>
    /// A refresh token of a person is worth what its provider is worth: taken away, or with other grants for this
    /// client, the person has to sign in again.
    /// </summary>
    private ValueTask<bool> IsKnownStillAsync(StoredPerson person, string tenant) =>
        GrainFactory.GetGrain<IProvidersGrain>(tenant).IsUnchanged(person.Provider, ClientId, person.Stamp);

    private ValueTask<IdentifyReply> IdentifyAsync() => GrainFactory.GetGrain<IClientAdmission>(ClientId).Identify(
        new IdentifyRequest { KeyVersion = 0, SecretDigest = [], Token = new TokenUse() });

    [LoggerMessage(1603, LogLevel.Warning,
        "Client {ClientId}: the code that began family {FamilyId} came again. The family is ended: somebody else has "
        + "the code, or had.")]
    private partial void LogCodeUsedAgain(string clientId, string familyId);

    [LoggerMessage(1604, LogLevel.Warning,
        "Client {ClientId}: a code came from somebody who had not asked for it, and is worth nothing now.")]
    private partial void LogCodeStolen(string clientId);
}
