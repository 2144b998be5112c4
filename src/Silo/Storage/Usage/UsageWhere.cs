namespace Sluice.Silo.Storage.Usage;

/// <summary>
/// Conditions over the view <c>usage_counted</c>. They also say which parcels may have such calls, so that no other is
/// taken apart; that changes nothing else.
/// </summary>
internal static class UsageWhere
{
    /// <summary>Calls admitted at one moment or later, and before another; both in microseconds since 1970.</summary>
    public static string Admitted(string from, string to) =>
        $"admitted_at >= {from} AND admitted_at < {to} AND last_admitted >= {from} AND first_admitted < {to}";

    /// <summary>Calls of one client; its id has nothing that JSON writes in another way.</summary>
    public static string OfClient(this SqlDialect dialect, string client) =>
        $"client_id = {client} AND " + (dialect == SqlDialect.PostgreSql
            ? $"clients @> ARRAY[CAST({client} AS text)]"
            : $"instr(clients, '\"' || {client} || '\"') > 0");
}
