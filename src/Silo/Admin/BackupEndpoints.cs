using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Sluice.Rules.Safekeeping;
using Sluice.Silo.Safekeeping;
using Sluice.Silo.Storage.Backups;

namespace Sluice.Silo.Admin;

/// <summary>A backup at one place.</summary>
internal sealed record BackupDocument(
    string Backup, string Destination, string Medium, bool OffSite, DateTimeOffset TakenAt, long Bytes, string Problem);

/// <summary>The last drill.</summary>
internal sealed record DrillDocument(
    string Backup, DateTimeOffset At, bool IsGood, double Seconds, double AgeSeconds, string Problem);

/// <summary>Whether 3-2-1 is kept, what there is of it, and what is missing.</summary>
internal sealed record BackupsDocument(
    string Summary, bool IsKept, int Copies, int Media, int OffSite, IReadOnlyList<string> Lacks,
    DrillDocument? LastDrill, IReadOnlyList<BackupDocument> Items);

/// <summary>What was told of backups and drills. No silo looks at the places: it may not reach them.</summary>
internal static class BackupEndpoints
{
    public static void MapBackups(this IEndpointRouteBuilder admin) => admin.MapGroup("").WithTags("Cluster")
        .MapGet("/backups", ListAsync).WithSummary("Backups by place, whether 3-2-1 is kept, and the last drill.");

    private static async Task<Ok<BackupsDocument>> ListAsync(
        [FromServices] BackupTable table, [FromServices] IOptions<BackupOptions> options,
        [FromServices] TimeProvider time, CancellationToken cancellationToken) => TypedResults.Ok(Of(
        await table.CopiesAsync(cancellationToken), await table.LastDrillAsync(cancellationToken),
        options.Value.AgeMax, time.GetUtcNow()));

    internal static BackupsDocument Of(
        IReadOnlyList<BackupRow> rows, DrillRow? drill, TimeSpan ageMax, DateTimeOffset now)
    {
        var judged = ThreeTwoOne.Judge(rows.Where(row => row.Problem.Length == 0).Select(row => row.Copy), ageMax, now);
        var copies = $"{Count(judged.Copies, "copy", "copies")} with the database, on "
            + $"{Count(judged.Media, "medium", "media")}, {judged.OffSite} off-site";
        return new BackupsDocument(
            (judged.IsKept ? $"Backups: 3-2-1 is kept: {copies}." : $"Backups: 3-2-1 is NOT kept: {copies}; missing: "
                + $"{string.Join(", ", judged.Lacks.Select(TextOf))}.") + DrillText(drill),
            judged.IsKept, judged.Copies, judged.Media, judged.OffSite, [.. judged.Lacks.Select(TextOf)],
            drill is null
                ? null
                : new DrillDocument(
                    drill.Backup, drill.At, drill.Problem.Length == 0, Math.Round(drill.Took.TotalSeconds, 3),
                    Math.Round(drill.Age.TotalSeconds, 3), drill.Problem),
            [
                .. rows.Select(row => new BackupDocument(
                    row.Backup, row.Copy.Destination, row.Copy.Medium, row.Copy.IsOffSite, row.Copy.TakenAt, row.Bytes,
                    row.Problem)),
            ]);
    }

    private static string Count(int count, string one, string several) => $"{count} {(count == 1 ? one : several)}";

    private static string DrillText(DrillRow? drill) => drill is null
        ? " There was no drill."
        : string.Create(
            CultureInfo.InvariantCulture,
            $" Last drill: {drill.At.UtcDateTime:yyyy-MM-dd HH:mm}Z, {(drill.Problem == "" ? "good" : "NOT good")}.");

    private static string TextOf(BackupLack lack) => lack switch
    {
        BackupLack.FreshBackup => "a backup that is young enough",
        BackupLack.Copies => "a third copy",
        BackupLack.Media => "a second medium",
        _ => "a copy off-site",
    };
}
