using System.Collections.Immutable;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;

namespace Sluice.Grains.Clients;

/// <summary>What the audit trail says of a client's change: of keys their facts alone, never a MAC.</summary>
internal static class ClientAudit
{
    public static ImmutableArray<AuditNote> NotesOf(string clientId, StoredClient before, StoredClient after)
    {
        var notes = ImmutableArray.CreateBuilder<AuditNote>();
        if (!Equals(before.Definition, after.Definition))
        {
            notes.Add(AuditNotes.OfChange(
                before.Definition is null ? "client.create" : "client.replace", $"client/{clientId}",
                before.Definition, after.Definition));
        }

        var (was, now) = (InfosOf(before), InfosOf(after));
        foreach (var version in was.Keys.Union(now.Keys).Order())
        {
            var (old, next) = (was.GetValueOrDefault(version), now.GetValueOrDefault(version));
            if (old != next)
            {
                notes.Add(AuditNotes.OfChange(
                    ActionOf(old, next), $"client/{clientId}/key/{version}", old, next));
            }
        }

        return notes.ToImmutable();
    }

    private static string ActionOf(KeyVersionInfo? before, KeyVersionInfo? after) => (before, after) switch
    {
        (null, _) => "key.issue",
        (_, null) => "key.forget",
        ({ RevokedAt: null }, { RevokedAt: not null }) => "key.revoke",
        _ => "key.change",
    };

    private static Dictionary<int, KeyVersionInfo> InfosOf(StoredClient client) =>
        client.Keys.ToDictionary(key => key.Info.Version, key => key.Info);
}
