using Sluice.Grains.Edges;
using Sluice.Grains.Issuers;
using Sluice.Grains.Tokens;
using Sluice.Rules.Safekeeping;
using Sluice.Silo.Storage.States;

namespace Sluice.Silo.Safekeeping;

/// <summary>
/// States that must not be what they were: they count what outsiders remember, or hold what could be used twice. Which
/// tokens were renewed or called back since the backup, and which signing key was found out, is known to nobody, so all
/// tokens from before end, and so do the keys that have signed them.
/// </summary>
internal static class RestoredStates
{
    /// <summary>By the name of the state: what becomes of it at a moment.</summary>
    private static readonly Dictionary<string, Func<string, DateTimeOffset, string>> ByName = new()
    {
        ["edge-session"] = (state, at) => Change<StoredEdgeSession>(state, session => session with
        {
            Last = RestoredCount.After(session.Last, MicrosecondsOf(at)),
        }),
        ["issuer"] = (state, at) => Change<StoredIssuer>(state, issuer => issuer with
        {
            Epoch = RestoredCount.After(issuer.Epoch, MicrosecondsOf(at)),
            TokensFrom = Math.Max(issuer.TokensFrom, SecondAfter(at)),
            Tenants = [],
            Keys =
            [
                .. issuer.Keys.Select(key => key with { CompromisedAt = key.CompromisedAt ?? at, Secret = null }),
            ],
        }),
        ["tokens"] = (state, at) => Change<StoredTokens>(state, tokens => tokens with
        {
            TokensFrom = Math.Max(tokens.TokensFrom, SecondAfter(at)), Families = [], Revoked = [],
        }),
    };

    /// <summary>From here on tokens are good: none of the second of the restore is.</summary>
    public static long SecondAfter(DateTimeOffset at) => at.ToUnixTimeSeconds() + 1;

    /// <summary>Brings the states to the moment of the restore.</summary>
    /// <returns>How many were another before.</returns>
    public static async Task<int> ForwardAsync(
        TableStore store, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var names = string.Join(", ", ByName.Keys.Select(name => $"'{name}'"));
        var rows = await store.ReadAsync(
            $"SELECT grain_type, grain_key, state_name, payload FROM grain_state WHERE state_name IN ({names})",
            row => (Type: row.GetString(0), Key: row.GetString(1), Name: row.GetString(2), State: row.GetString(3)),
            cancellationToken);
        foreach (var row in rows)
        {
            await store.ExecuteAsync(
                $"""
                UPDATE grain_state SET version = version + 1, payload = {store.Dialect.Payload("$4")}
                WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3
                """,
                cancellationToken, row.Type, row.Key, row.Name, ByName[row.Name](row.State, at));
        }

        return rows.Count;
    }

    private static string Change<T>(string state, Func<T, T> change) =>
        StateJson.Write(change(StateJson.Read<T>(state)));

    private static long MicrosecondsOf(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
