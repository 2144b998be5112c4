using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;
using Sluice.Rules.Revocations;

namespace Sluice.Grains.Tokens;

/// <summary>What ends tokens before their time, and what they are worth.</summary>
internal sealed partial class TokenGrain
{
    public async Task RevokeRefresh(RefreshTokenRequest request)
    {
        if (await FindAsync(request) is var (family, _) && family.EndedAt is null)
        {
            await EndFamilyAsync(family, Now);
        }
    }

    public async Task RevokeAccess(IssuedToken token)
    {
        var state = stored.State.At(Now);
        if (state.Revoked.All(one => one.TokenId != token.TokenId))
        {
            await StoreRevokingAsync(state.Revoking([new StoredAccess(token.TokenId, token.ExpiresAt)]));
        }
    }

    public async Task<ChangeReply> RevokeAll()
    {
        if (await GrainFactory.GetGrain<IClientAdministration>(ClientId).Describe() is null)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"There is no client {ClientId}.");
        }

        var now = Now;
        var from = now.ToUnixTimeSeconds() + 1; // Those of this very second too; the next ones are dated after it.
        await StoreRevokingAsync(stored.State.At(now) with
        {
            Families = [],
            Revoked = [],
            Codes = [],
            TokensFrom = from,
            Revokes = [new Revocation(0, RevocationKind.ClientTokens, ClientId, from, Revocation.TokensLive)],
            Audits = [Note("tokens.revoke", stored.State.TokensFrom, from)],
        });
        return ChangeReply.Done;
    }

    public async Task<TokenStanding> InspectAccess(IssuedToken token)
    {
        var refused = token.IssuedAt < stored.State.TokensFrom
            || stored.State.Revoked.Any(one => one.TokenId == token.TokenId)
            || token.IssuedAt < await GrainFactory.GetGrain<IIssuerGrain>(TokenIssuer.Key).TokensFrom(token.Tenant);
        return new TokenStanding
        {
            Revoked = refused, Active = !refused && await IsGoodAsync(token.KeyVersion),
        };
    }

    public async Task<TokenStanding> InspectRefresh(RefreshTokenRequest request)
    {
        var now = Now;
        return await FindAsync(request) is var (family, _)
            && family.ToRule().IsLive(now)
            && request.Number == family.Number
            && await IsGoodAsync(family.KeyVersion)
                ? new TokenStanding
                {
                    Active = true,
                    Scope = family.Scope,
                    IssuedAt = family.RotatedAt.ToUnixTimeSeconds(),
                    ExpiresAt = family.ExpiresAt.ToUnixTimeSeconds(),
                }
                : new TokenStanding { Active = false };
    }

    private async Task<bool> IsGoodAsync(int keyVersion)
    {
        var client = await GrainFactory.GetGrain<IClientAdmission>(ClientId).Identify(
            new IdentifyRequest { KeyVersion = keyVersion, SecretDigest = [], Token = new TokenUse() });
        return client.Verdict is Verdict.Admitted;
    }

    /// <param name="family">The family.</param>
    /// <param name="now">When.</param>
    /// <param name="audit">What the audit trail calls it; null where its own client ended it.</param>
    private Task EndFamilyAsync(StoredFamily family, DateTimeOffset now, string? audit = null)
    {
        var state = stored.State.At(now);
        var next = state.With(family.With(family.ToRule().End(now)) with { Issued = [] })
            .Revoking(state.Families.FirstOrDefault(one => one.FamilyId == family.FamilyId)?.Issued ?? []);
        return StoreRevokingAsync(audit is null ? next : next with { Audits = [Note(audit, 0, family.Number)] });
    }

    /// <summary>What is told of an end: from when on tokens are good, or which refresh token was the newest.</summary>
    private sealed record EndFacts(long Number);

    private AuditNote Note(string action, long before, long after) => AuditNotes.OfChange(
        action, $"client/{ClientId}/tokens", before == 0 ? null : new EndFacts(before), new EndFacts(after));

    /// <summary>
    /// What the first write of a state ends is not published: nobody would have seen it. Here they have.
    /// </summary>
    private async Task StoreRevokingAsync(StoredTokens next)
    {
        if (!stored.RecordExists)
        {
            await StoreAsync(new StoredTokens());
        }

        await StoreAsync(next);
    }
}
