namespace Sluice.Silo.Storage.Usage;

/// <summary>
/// Conditions over the view <c>usage_counted</c>. On PostgreSQL they also say which parcels may have such calls, so
/// that no other is taken apart; they change nothing else.
/// </summary>
internal static class UsageWhere
{
    /// <summary>Calls admitted at one moment or later, and before another; both in microseconds since 1970.</summary>
    public static string Admitted(this SqlDialect dialect, string from, string to) =>
        $"admitted_at >= {from} AND admitted_at < {to}"
        + (dialect == SqlDialect.PostgreSql ? $" AND last_admitted >= {from} AND first_admitted < {to}" : "");

    /// <summary>Calls of one client.</summary>
    public static string OfClient(this SqlDialect dialect, string client) =>
        $"client_id = {client}"
        + (dialect == SqlDialect.PostgreSql ? $" AND clients @> ARRAY[CAST({client} AS text)]" : "");
}
