using System.Collections.Immutable;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Issuers;

/// <summary>What the audit trail says of the issuer's changes: of keys their facts alone, sealed or not.</summary>
internal static class IssuerAudit
{
    /// <summary>What is told of a key.</summary>
    private sealed record KeyFacts(
        SignatureAlgorithm Algorithm, DateTimeOffset? PublishedAt, DateTimeOffset ActivatesAt,
        DateTimeOffset? CompromisedAt, bool HasSecret, string RotationId);

    /// <summary>From when on tokens are good.</summary>
    private sealed record TokensFacts(long TokensFrom);

    public static ImmutableArray<AuditNote> NotesOf(StoredIssuer before, StoredIssuer after)
    {
        var notes = ImmutableArray.CreateBuilder<AuditNote>();
        var (was, now) = (FactsOf(before), FactsOf(after));
        foreach (var keyId in was.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            var (old, next) = (was.GetValueOrDefault(keyId), now.GetValueOrDefault(keyId));
            if (old != next)
            {
                notes.Add(AuditNotes.OfChange(ActionOf(old, next), $"issuer/key/{keyId}", old, next));
            }
        }

        Compare("issuer/tokens", before.TokensFrom, after.TokensFrom);
        foreach (var tenant in after.Tenants)
        {
            Compare(
                $"issuer/tokens/{tenant.Tenant}",
                before.Tenants.FirstOrDefault(one => one.Tenant == tenant.Tenant)?.TokensFrom ?? 0, tenant.TokensFrom);
        }

        return notes.ToImmutable();

        void Compare(string subject, long old, long next)
        {
            if (old != next)
            {
                notes.Add(AuditNotes.OfChange(
                    "tokens.revoke", subject, old == 0 ? null : new TokensFacts(old), new TokensFacts(next)));
            }
        }
    }

    private static string ActionOf(KeyFacts? before, KeyFacts? after) => (before, after) switch
    {
        (null, _) => "signing-key.make",
        (_, null) => "signing-key.forget",
        ({ CompromisedAt: null }, { CompromisedAt: not null }) => "signing-key.compromise",
        ({ PublishedAt: null }, { PublishedAt: not null }) => "signing-key.publish",
        _ => "signing-key.change",
    };

    private static Dictionary<string, KeyFacts> FactsOf(StoredIssuer issuer) => issuer.Keys.ToDictionary(
        key => key.KeyId,
        key => new KeyFacts(
            key.Algorithm, key.PublishedAt, key.ActivatesAt, key.CompromisedAt, key.Secret is not null,
            key.RotationId));
}
