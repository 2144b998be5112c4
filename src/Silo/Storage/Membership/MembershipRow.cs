using System.Data.Common;
using Sluice.Actors.Membership;

namespace Sluice.Silo.Storage.Membership;

/// <summary>
/// One row of <see cref="MembershipSql.View"/>: the version and a silo, or the version alone when there is none.
/// </summary>
internal sealed record MembershipRow(long Version, bool IsOwn, SiloEntry? Silo, SiloHeartbeat Heartbeat, string? Death)
{
    public static string TextOf(SiloStatus status) => status switch
    {
        SiloStatus.Active => "active",
        SiloStatus.Stopping => "stopping",
        SiloStatus.Dead => "dead",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No such status of a silo."),
    };

    public static MembershipRow Of(DbDataReader row)
    {
        var version = row.GetInt64(0);
        if (row.IsDBNull(1))
        {
            return new MembershipRow(version, false, null, default, null);
        }

        var silo = new SiloEntry
        {
            Id = row.GetInt64(1),
            Name = row.GetString(2),
            Host = row.GetString(3),
            Port = row.GetInt32(4),
            Status = StatusOf(row.GetString(5)),
            GrainTypes = [.. row.GetFieldValue<string[]>(6)],
            Protocol = row.GetInt32(7),
        };
        return new MembershipRow(
            version,
            row.GetBoolean(8),
            silo,
            new SiloHeartbeat(silo.Id, row.GetFieldValue<TimeSpan>(9), row.GetInt64(10)),
            row.IsDBNull(11) ? null : row.GetString(11));
    }

    public static ClusterView ViewOf(IReadOnlyList<MembershipRow> rows) =>
        new(rows[0].Version, Living(rows).Select(row => row.Silo!));

    public static MembershipSnapshot SnapshotOf(IReadOnlyList<MembershipRow> rows)
    {
        var own = rows.SingleOrDefault(row => row.IsOwn);
        return new MembershipSnapshot(
            ViewOf(rows),
            own?.Silo?.Status ?? SiloStatus.Dead,
            own?.Death,
            [.. Living(rows).Select(row => row.Heartbeat)]);
    }

    private static SiloStatus StatusOf(string text) =>
        Enum.GetValues<SiloStatus>().Single(status => TextOf(status) == text);

    private static IEnumerable<MembershipRow> Living(IReadOnlyList<MembershipRow> rows) =>
        rows.Where(row => row.Silo is { Status: not SiloStatus.Dead });
}
