using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Sluice.Grains.Audit;
using Sluice.Grains.Revocations;
using Sluice.Rules.Revocations;
using Sluice.Silo.Storage.Audit;
using Sluice.Silo.Storage.Membership;
using Sluice.Silo.Storage.Revocations;

namespace Sluice.Silo.Storage.States;

/// <summary>
/// The states of grains, a row each. Every write compares the version it is based on, the first one too, and is refused
/// once this silo was declared dead: another one may have read the state since. What a state ends is published, and
/// what it changes is noted, in the same transaction.
/// </summary>
internal sealed class DatabaseGrainStorage : IGrainStorage
{
    private const string ReadSql = """
        SELECT version, payload FROM grain_state WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3
        """;

    private readonly IDatabase _database;
    private readonly SiloFence _fence;
    private readonly RevocationWriter _revocations;
    private readonly AuditWriter _audit;
    private readonly string _clearSql;
    private readonly string _insertSql;
    private readonly string _madeSql;
    private readonly string _updateSql;

    public DatabaseGrainStorage(
        IDatabase database, SiloFence fence, RevocationWriter revocations, AuditWriter audit)
    {
        (_database, _fence, _revocations, _audit) = (database, fence, revocations, audit);
        var (payload, now) = (database.Dialect.Payload("$5"), database.Dialect.Now);
        _insertSql = $"""
            INSERT INTO grain_state (grain_type, grain_key, state_name, version, payload, modified_at)
            SELECT $1, $2, $3, $4, {payload}, {now} WHERE {database.Dialect.Fence("$6")}
            ON CONFLICT (grain_type, grain_key, state_name) DO NOTHING
            """;
        _madeSql = """
            SELECT version FROM grain_state
            WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3 AND version = $4
            """;
        _updateSql = $"""
            UPDATE grain_state SET version = version + 1, payload = {payload}, modified_at = {now}
            WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3 AND version = $4
              AND {database.Dialect.Fence("$6")}
            RETURNING version
            """;
        _clearSql = $"""
            DELETE FROM grain_state
            WHERE grain_type = $1 AND grain_key = $2 AND state_name = $3 AND version = $4
              AND {database.Dialect.Fence("$5")}
            RETURNING version
            """;
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var rows = await _database.ReadAsync<(long Version, string Payload)?>(
            new Statement(ReadSql, KeyOf(stateName, grainId)),
            row => (row.GetInt64(0), row.GetString(1)),
            cancellationToken);
        if (rows.SingleOrDefault() is { } found)
        {
            grainState.State = StateJson.Read<T>(found.Payload);
            grainState.ETag = Text(found.Version);
            grainState.RecordExists = true;
        }
        else
        {
            Forget(grainState);
        }
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task WriteStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        object[] key = KeyOf(stateName, grainId);
        var payload = StateJson.Write(grainState.State);
        var revokes = grainState.State is IRevokingState { Revokes: { IsDefaultOrEmpty: false } ended } ? ended : [];
        IReadOnlyList<Statement> publish = revokes.IsEmpty ? [] : Publish(grainState, grainId, key, revokes);
        var audits = grainState.State is IAuditedState { Audits: { IsDefaultOrEmpty: false } noted } ? noted : [];
        var version = grainState.ETag is { } etag ? VersionOf(etag, grainId) : FirstVersion();
        var audit = _audit.Statements(key, version, _fence.SiloId, audits);
        object[] values = [.. key, version, payload, _fence.SiloId];
        IReadOnlyList<Statement> statements = grainState.ETag is null
            ? [new Statement(_insertSql, values), .. audit, new Statement(_madeSql, [.. key, version])]
            : [.. publish, .. audit, new Statement(_updateSql, values)];
        var rows = await _database.WriteAsync(statements, row => row.GetInt64(0), cancellationToken);
        if (rows.Count == 0)
        {
            throw await RefusedAsync(stateName, grainId, grainState.ETag, cancellationToken);
        }

        _revocations.Published(revokes);
        if (!audits.IsEmpty)
        {
            _audit.Published();
        }

        grainState.ETag = Text(rows[0]);
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ClearStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        object[] key = KeyOf(stateName, grainId);
        var isDone = grainState.ETag is { } etag
            ? (await _database.WriteAsync(
                [new Statement(_clearSql, [.. key, VersionOf(etag, grainId), _fence.SiloId])],
                row => row.GetInt64(0),
                cancellationToken)).Count == 1
            : (await _database.ReadAsync(
                new Statement(ReadSql, key), row => row.GetInt64(0), cancellationToken)).Count == 0;
        if (!isDone)
        {
            throw await RefusedAsync(stateName, grainId, grainState.ETag, cancellationToken);
        }

        Forget(grainState);
    }

    private static object[] KeyOf(string stateName, GrainId grainId) =>
        [grainId.Type.ToString()!, grainId.Key.ToString()!, stateName];

    /// <exception cref="InvalidOperationException">What was never stored ends something.</exception>
    private IReadOnlyList<Statement> Publish<T>(
        IGrainState<T> grainState, GrainId grainId, object[] key, ImmutableArray<Revocation> revokes) =>
        grainState.ETag is { } etag
            ? _revocations.Statements(key, VersionOf(etag, grainId), _fence.SiloId, revokes)
            : throw new InvalidOperationException($"The first state of {grainId} cannot revoke anything.");

    private static void Forget<T>(IGrainState<T> grainState)
    {
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    /// <summary>
    /// Versions count up from a random beginning: a writer that read the row before it was cleared and made again must
    /// not find its version there. The room between two beginnings holds a million writes.
    /// </summary>
    private static long FirstVersion() => (long)RandomNumberGenerator.GetInt32(1, int.MaxValue) << 20;

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static long VersionOf(string etag, GrainId grainId) =>
        long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new InconsistentStateException($"{grainId} names a version that was never given.", null, etag);

    private async Task<InconsistentStateException> RefusedAsync(
        string stateName, GrainId grainId, string? etag, CancellationToken cancellationToken)
    {
        await _fence.ThrowIfDeadAsync($"State '{stateName}' of {grainId}", cancellationToken);
        return new InconsistentStateException($"State '{stateName}' of {grainId} was written by another.", null, etag);
    }
}
