using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Silo.Storage.Usage;

/// <summary>How events are put into the log: on PostgreSQL by one statement, on SQLite by one transaction.</summary>
internal sealed class UsageEventWriter(SqlDialect dialect)
{
    /// <summary>What an edge told itself.</summary>
    public const int Told = 1;

    /// <summary>What was written because its edge was not heard of.</summary>
    public const int Lost = 0;

    private const string Columns = """
        client_id, edge_session, sequence, rank, epoch, tenant, plan, key_version, model, endpoint, admitted_at,
        ended_at, outcome, chunk, requests, input_tokens, output_tokens, images, pages
        """;

    private const string ManySql = $"""
        INSERT INTO usage_event ({Columns})
        SELECT * FROM unnest(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        ON CONFLICT (client_id, edge_session, sequence, rank) DO NOTHING
        """;

    private const string OneSql = $"""
        INSERT INTO usage_event ({Columns})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        ON CONFLICT (client_id, edge_session, sequence, rank) DO NOTHING
        """;

    /// <summary>Stores them; of each call of a rank what is stored first stays.</summary>
    public IEnumerable<Statement> Statements(IReadOnlyList<UsageEvent> events, int rank)
    {
        if (events.Count == 0)
        {
            return [];
        }

        return dialect == SqlDialect.PostgreSql
            ? [Many(events, rank)]
            : events.Select(one => new Statement(OneSql, Values(one, rank)));
    }

    private static Statement Many(IReadOnlyList<UsageEvent> events, int rank)
    {
        var rows = events.Select(one => Values(one, rank)).ToArray();
        var columns = new object[rows[0].Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = rows[0][i] is string
                ? Array.ConvertAll(rows, row => (string)row[i])
                : Array.ConvertAll(rows, row => (long)row[i]);
        }

        return new Statement(ManySql, columns);
    }

    /// <summary>Texts and whole numbers of 64 bits.</summary>
    private static object[] Values(UsageEvent one, int rank) =>
    [
        one.ClientId, one.RequestId.EdgeSession, one.RequestId.Sequence, (long)rank, one.Epoch, one.Tenant, one.Plan,
        (long)one.KeyVersion, one.Model, one.Endpoint, one.AdmittedAt.ToMicroseconds(), one.EndedAt.ToMicroseconds(),
        (long)one.Outcome, one.Chunk, one.Requests, one.InputTokens, one.OutputTokens, one.Images, one.Pages,
    ];
}
