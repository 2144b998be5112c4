using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Rules.Audit;
using Sluice.Silo.Auditing;
using Sluice.Silo.Storage.Audit;

namespace Sluice.Silo.Admin;

/// <summary>The audit trail, for people and for whoever verifies it.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder admin)
    {
        var audit = admin.MapGroup("/audit").WithTags("Audit");
        audit.MapGet("", ExportAsync)
            .WithSummary("The audit trail, one record a line, in its order; all of it, or of a time or subject.")
            .Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson");
        audit.MapGet("/checkpoints", CheckpointsAsync)
            .WithSummary("What was signed of the trail, one line each (RFC 7515): keep it elsewhere, to verify by.")
            .Produces(StatusCodes.Status200OK, contentType: "text/plain");
        audit.MapGet("/keys", KeysAsync)
            .WithSummary("The keys that checkpoints are signed with, as a JSON Web Key Set (RFC 7517).")
            .Produces(StatusCodes.Status200OK, contentType: "application/jwk-set+json");
        audit.MapGet("/head", HeadAsync).WithSummary("The end of the trail: keep it elsewhere to verify by later.");
    }

    private static async Task<PushStreamHttpResult> CheckpointsAsync(
        CheckpointTable table, CancellationToken cancellationToken, long after = 0)
    {
        var page = await table.ReadAsync(after, cancellationToken);
        return TypedResults.Stream(
            async stream =>
            {
                for (; ; page = await table.ReadAsync(page[^1].Number, cancellationToken))
                {
                    foreach (var checkpoint in page)
                    {
                        await stream.WriteAsync(Encoding.ASCII.GetBytes(checkpoint.Line + "\n"), cancellationToken);
                    }

                    if (page.Count < CheckpointTable.PageMost)
                    {
                        return;
                    }
                }
            },
            "text/plain");
    }

    private static async Task<FileContentHttpResult> KeysAsync(
        AuditSigner signer, CancellationToken cancellationToken) =>
        TypedResults.Bytes((await signer.PublicKeysAsync(cancellationToken)).ToJson(), "application/jwk-set+json");

    private static async Task<Ok<AuditHead>> HeadAsync(AuditTrail trail, CancellationToken cancellationToken) =>
        TypedResults.Ok(await trail.HeadAsync(cancellationToken));

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        AuditTrail trail, CancellationToken cancellationToken, DateTimeOffset? from = null, DateTimeOffset? to = null,
        string? subject = null)
    {
        var (begin, end) = (from ?? DateTimeOffset.UnixEpoch, to ?? DateTimeOffset.MaxValue);
        if (begin >= end || begin < DateTimeOffset.UnixEpoch)
        {
            return AdminResults.Invalid(["from: must be before to, and not before 1970."]);
        }

        // The first page before the answer begins, so that a database that is away is an error and not half an answer.
        var selection = new AuditSelection(MicrosecondsOf(begin), MicrosecondsOf(end), subject);
        var page = await trail.ReadAsync(selection, after: 0, cancellationToken);
        return TypedResults.Stream(
            stream => WriteAsync(stream, trail, selection, page, cancellationToken), "application/x-ndjson");
    }

    private static async Task WriteAsync(
        Stream stream, AuditTrail trail, AuditSelection selection, List<AuditRecord> page,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var record in page)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(AuditLine.Write(record) + "\n"), cancellationToken);
            }

            if (page.Count < AuditTrail.PageMost)
            {
                return;
            }

            page = await trail.ReadAsync(selection, page[^1].Sequence, cancellationToken);
        }
    }

    private static long MicrosecondsOf(DateTimeOffset moment) =>
        (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
