using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Silo.Safekeeping;

/// <summary>Tells people or scripts what was done; how far it is goes to the standard error.</summary>
internal sealed class SafekeepingReport(TextWriter output, TextWriter told, bool asJson)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public void Progress(string line) => told.WriteLine(line);

    public Task TellAsync(BackupOutcome outcome) => TellAsync(
        new
        {
            backup = outcome.Manifest.Backup,
            takenAt = outcome.Manifest.TakenAt,
            rows = outcome.Rows,
            bytes = outcome.Bytes,
            masterKey = outcome.Manifest.MasterKey,
            seconds = Seconds(outcome.Took),
            places = outcome.Places.Select(one => new
            {
                folder = one.Place.Folder,
                medium = one.Place.Medium,
                offSite = one.Place.IsOffSite,
                isThere = one.Problem.Length == 0,
                problem = one.Problem,
                deleted = one.Deleted,
            }),
        },
        $"""
        {outcome.Manifest.Backup}: {outcome.Rows} rows in {outcome.Bytes} bytes, in {Seconds(outcome.Took)} s.
        {Lines(outcome.Places.Select(one => one.Problem.Length == 0
            ? $"  {one.Place.Folder}: there and compared; {one.Deleted.Count} older ones deleted."
            : $"  {one.Place.Folder}: NOT there: {one.Problem}"))}
        It opens with the master key {outcome.Manifest.MasterKey}, which is not in it: keep that apart.
        """);

    public Task TellAsync(RestoreOutcome outcome) => TellAsync(
        new
        {
            backup = outcome.Manifest.Backup,
            takenAt = outcome.Manifest.TakenAt,
            restoredAt = outcome.RestoredAt,
            ageSeconds = Seconds(outcome.Age),
            rows = outcome.Rows,
            seconds = Seconds(outcome.Took),
            auditSequence = outcome.Manifest.AuditSequence,
            proof = ProofOf(outcome.Proof),
        },
        $"""
        {outcome.Manifest.Backup} is restored: {outcome.Rows} rows, in {Seconds(outcome.Took)} s.
        It is as of {outcome.Manifest.TakenAt:u}. What was changed or used since is lost: keys and clients that were
        revoked or suspended since are as they were before, so do that again. All access and refresh tokens are ended.
        {Sentences(outcome.Proof)}
        """);

    public Task TellAsync(DrillReport report) => TellAsync(
        new
        {
            backup = report.Backup,
            folder = report.Folder,
            isGood = report.Problems.Count == 0,
            at = report.At,
            ageSeconds = Seconds(report.Age),
            seconds = Seconds(report.Took),
            rows = report.Rows,
            proof = report.Proof is null ? null : ProofOf(report.Proof),
            problems = report.Problems,
        },
        $"""
        Drill of {report.Backup}: {(report.Problems.Count == 0 ? "good" : "NOT good")}.
        Lost would be the last {Text(report.Age)} (recovery point); {report.Rows} rows were restored and proved in
        {Seconds(report.Took)} s (recovery time).
        {(report.Proof is null ? Lines(report.Problems) : Sentences(report.Proof))}
        """);

    public Task TellAsync(RewrapReport report) => TellAsync(
        new
        {
            dataKeys = report.DataKeys,
            rewrapped = report.Rewrapped,
            secrets = report.Secrets,
            resealed = report.Resealed,
            secretsElsewhere = report.SecretsElsewhere,
            busy = report.Busy,
            algorithms = report.Algorithms,
        },
        $"""
        {report.Rewrapped} of {report.DataKeys} data keys were wrapped anew; all are under the master key that is set:
        {string.Join(", ", report.Algorithms.Select(one => $"{one.Value} by {one.Key}"))}.
        {report.Resealed} of {report.Secrets} secrets were sealed anew; {report.SecretsElsewhere} others stay.
        {(report.Busy == 0 ? "Nothing is left to do." : $"{report.Busy} were changed meanwhile: run it again.")}
        """);

    private static object ProofOf(ProofReport proof) => new
    {
        dataKeys = proof.DataKeys,
        secrets = proof.Secrets,
        secretsElsewhere = proof.SecretsElsewhere,
        clientKeys = proof.ClientKeys,
        knownKey = proof.KnownKey,
        auditRecords = proof.AuditRecords,
        checkpoints = proof.Checkpoints,
        problems = proof.Problems,
    };

    private static string Sentences(ProofReport proof) => Lines(
    [
        $"{proof.DataKeys} data keys and {proof.Secrets} secrets opened, {proof.ClientKeys} client keys can be "
        + $"compared, {proof.AuditRecords} audit records and {proof.Checkpoints} checkpoints are as they were written.",
        .. proof.SecretsElsewhere == 0
            ? Array.Empty<string>()
            : [$"Of {proof.SecretsElsewhere} more secrets the data key is there."],
        .. proof.KnownKey is true ? ["The known key is accepted."] : Array.Empty<string>(),
        .. proof.Problems.Select(problem => $"WRONG: {problem}"),
    ]);

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private static string Text(TimeSpan time) => time.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);

    private async Task TellAsync(object json, string text) =>
        await output.WriteLineAsync(asJson ? JsonSerializer.Serialize(json, Options) : text);
}
