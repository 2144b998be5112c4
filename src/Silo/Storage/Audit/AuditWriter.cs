using System.Collections.Immutable;
using Sluice.Rules.Audit;

namespace Sluice.Silo.Storage.Audit;

/// <summary>
/// Notes what a state's write changes, in the transaction that stores the state. Entries wait in a table of their own
/// for their place in the chain: only one at a time can be the next, and no change shall wait for another.
/// </summary>
internal sealed class AuditWriter(IDatabase database)
{
    /// <summary>Under this key a call carries who makes it.</summary>
    public const string ActorKey = "sluice.actor";

    private const string Columns = "INSERT INTO audit_outbox (id, at, actor, action, subject, before, after, detail)";

    // The row is locked where it is changed, so that whoever finds it as it was is the one who changes it.
    private readonly string _changeSql = $"""
        {Columns}
        SELECT $6, {database.Dialect.NowMicroseconds}, $7, $8, $9, $10, $11, $12
        WHERE EXISTS (
            SELECT 1 FROM grain_state WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3 AND version = $4
            {database.Dialect.LockRow})
          AND {database.Dialect.Fence("$5")}
        """;

    /// <summary>Entries of this process are durable: they can have their place.</summary>
    public event Action? Appended;

    /// <summary>
    /// To be run in the transaction of the write: before it where it changes a row, and after it where it makes one.
    /// </summary>
    /// <param name="key">Type, key and name of the state.</param>
    /// <param name="version">
    /// The version that the write is based on; or that of the row it makes, which nobody else gives.
    /// </param>
    /// <param name="siloId">For the fence.</param>
    /// <param name="notes">What it changes.</param>
    public IEnumerable<Statement> Statements(
        object[] key, long version, long siloId, ImmutableArray<AuditNote> notes)
    {
        var actor = RequestContext.Get(ActorKey) as string ?? "system";
        return notes.Select(note => new Statement(
            _changeSql,
            [
                .. key, version, siloId, Guid.CreateVersion7().ToString("N"), actor, note.Action, note.Subject,
                note.Before, note.After, note.Detail,
            ]));
    }

    /// <summary>They were stored.</summary>
    public void Published() => Appended?.Invoke();
}
