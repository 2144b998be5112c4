using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Silo.Storage.Usage;

/// <summary>
/// How events are put into the log: a batch of an edge is one row of <c>usage_parcel</c>, and each event of a lost edge
/// is a row of <c>usage_event</c>.
/// </summary>
internal sealed class UsageEventWriter(SqlDialect dialect)
{
    /// <summary>In the order of <see cref="Columns"/>.</summary>
    private const string Names = """
        client_id, sequence, epoch, tenant, plan, key_version, model, endpoint, admitted_at, ended_at, outcome, chunk,
        requests, input_tokens, output_tokens, images, pages
        """;

    private const string ParcelNames = """
        edge_session, number, first_admitted, last_admitted, first_sequence, last_sequence, last_chunk, clients
        """;

    // A batch that was told has its events in the log, as rows if it was told to a silo from before there were parcels.
    private const string UnlessTold = """
        WHERE NOT EXISTS (SELECT 1 FROM usage_session WHERE edge_session = $1 AND reports >= $2)
        ON CONFLICT (edge_session, number) DO NOTHING
        """;

    private const string ParcelSql = $"""
        INSERT INTO usage_parcel ({ParcelNames}, {Names})
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
               $23, $24, $25
        {UnlessTold}
        """;

    private const string JsonParcelSql = $"""
        INSERT INTO usage_parcel ({ParcelNames}, events)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
        {UnlessTold}
        """;

    private const string LostSql = $"""
        INSERT INTO usage_event (rank, edge_session, {Names})
        SELECT 0, one.*
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) AS one
        ON CONFLICT (client_id, edge_session, sequence, rank) DO NOTHING
        """;

    private const string OneLostSql = $"""
        INSERT INTO usage_event (rank, edge_session, {Names})
        VALUES (0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        ON CONFLICT (client_id, edge_session, sequence, rank) DO NOTHING
        """;

    /// <summary>Stores what an edge tells at once; a batch that is there already stays as it is.</summary>
    public IEnumerable<Statement> Batch(UsageBatch batch)
    {
        var events = batch.Events;
        if (events.Length == 0)
        {
            return [];
        }

        var clients = events.Select(one => one.ClientId).Distinct().ToArray();
        object[] parcel =
        [
            batch.EdgeSession, batch.Number,
            events.Min(one => one.AdmittedAt).ToMicroseconds(), events.Max(one => one.AdmittedAt).ToMicroseconds(),
            events.Min(one => one.RequestId.Sequence), events.Max(one => one.RequestId.Sequence),
            events.Max(one => one.Chunk),
        ];
        return dialect == SqlDialect.PostgreSql
            ? [new Statement(ParcelSql, [.. parcel, clients, .. Columns(events)])]
            : [new Statement(JsonParcelSql, [.. parcel, UsageJson.Of(clients), UsageJson.Of(Columns(events))])];
    }

    /// <summary>Stores what was written for lost edges; of each call what is stored first stays.</summary>
    public IEnumerable<Statement> LostEvents(IReadOnlyList<UsageEvent> events) =>
        events.Count == 0 ? []
        : dialect == SqlDialect.PostgreSql
            ? [new Statement(LostSql, [Column(events, one => one.RequestId.EdgeSession), .. Columns(events)])]
            : events.Select(one => new Statement(
                OneLostSql,
                [one.RequestId.EdgeSession, .. Columns([one]).Select(column => column.GetValue(0)!)]));

    /// <summary>An array for each column, of texts or of whole numbers of 64 bits.</summary>
    private static Array[] Columns(IReadOnlyList<UsageEvent> events) =>
    [
        Column(events, one => one.ClientId),
        Column(events, one => one.RequestId.Sequence),
        Column(events, one => one.Epoch),
        Column(events, one => one.Tenant),
        Column(events, one => one.Plan),
        Column(events, one => (long)one.KeyVersion),
        Column(events, one => one.Model),
        Column(events, one => one.Endpoint),
        Column(events, one => one.AdmittedAt.ToMicroseconds()),
        Column(events, one => one.EndedAt.ToMicroseconds()),
        Column(events, one => (long)one.Outcome),
        Column(events, one => one.Chunk),
        Column(events, one => one.Requests),
        Column(events, one => one.InputTokens),
        Column(events, one => one.OutputTokens),
        Column(events, one => one.Images),
        Column(events, one => one.Pages),
    ];

    private static T[] Column<T>(IReadOnlyList<UsageEvent> events, Func<UsageEvent, T> value)
    {
        var column = new T[events.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(events[i]);
        }

        return column;
    }
}
