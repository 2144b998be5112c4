using System.Text.Json;

namespace Sluice.Silo.Storage.States;

/// <summary>One stored state, as the lists of the admin API show it.</summary>
/// <param name="Key">The grain's key.</param>
/// <param name="Version">Grows with each write.</param>
/// <param name="Payload">The state as <see cref="StateJson"/> wrote it.</param>
internal sealed record StateRow(string Key, long Version, JsonElement Payload);

/// <summary>
/// Lists stored states without waking their grains, in the order of their keys. A page sees what is committed when it
/// is read; a key that is there from the first page to the last is on exactly one of them.
/// </summary>
internal sealed class StateIndex(IDatabase database)
{
    /// <summary>Most rows of a page.</summary>
    public const int LimitMax = 1000;

    private const string ListSql = """
        SELECT grain_key, version, payload FROM grain_state
        WHERE grain_type = $1 AND state_name = $2 AND grain_key > $3
        ORDER BY grain_key LIMIT $4
        """;

    /// <summary>The statement of <see cref="ListClientsAsync"/>: an index holds its condition and its order.</summary>
    internal string ListClientsSql { get; } = $"""
        SELECT grain_key, version, payload FROM grain_state
        WHERE grain_type = 'client' AND state_name = 'client' AND {database.Dialect.TenantOfClient} = $1
          AND grain_key > $2
        ORDER BY grain_key LIMIT $3
        """;

    private readonly string _listDeliveriesSql = $"""
        SELECT grain_key, version, payload FROM grain_state
        WHERE grain_type = 'client' AND state_name = 'client' AND {database.Dialect.HasDeliveries} AND grain_key > $1
        ORDER BY grain_key LIMIT $2
        """;

    /// <summary>States of one kind.</summary>
    /// <param name="grainType">The kind of grain: <c>plan</c>, <c>tenant</c>, <c>client</c> …</param>
    /// <param name="stateName">Which of its states.</param>
    /// <param name="afterKey">The last key of the page before; null for the first page.</param>
    /// <param name="limit">1 to <see cref="LimitMax"/>. Fewer rows mean that this was the last page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<List<StateRow>> ListAsync(
        string grainType, string stateName, string? afterKey, int limit, CancellationToken cancellationToken) =>
        ReadAsync(new Statement(ListSql, grainType, stateName, afterKey ?? "", Checked(limit)), cancellationToken);

    /// <summary>The clients of one tenant; otherwise as <see cref="ListAsync"/>.</summary>
    public Task<List<StateRow>> ListClientsAsync(
        string tenant, string? afterKey, int limit, CancellationToken cancellationToken) =>
        ReadAsync(new Statement(ListClientsSql, tenant, afterKey ?? "", Checked(limit)), cancellationToken);

    /// <summary>
    /// The clients that have secrets somebody is to fetch; otherwise as <see cref="ListAsync"/>. It looks through all
    /// clients: who asks is an operator.
    /// </summary>
    public Task<List<StateRow>> ListDeliveriesAsync(
        string? afterKey, int limit, CancellationToken cancellationToken) =>
        ReadAsync(new Statement(_listDeliveriesSql, afterKey ?? "", Checked(limit)), cancellationToken);

    private static int Checked(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LimitMax);
        return limit;
    }

    private Task<List<StateRow>> ReadAsync(Statement statement, CancellationToken cancellationToken) =>
        database.ReadAsync(
            statement,
            row => new StateRow(row.GetString(0), row.GetInt64(1), JsonElement.Parse(row.GetString(2))),
            cancellationToken);
}
