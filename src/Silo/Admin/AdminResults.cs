using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;

namespace Sluice.Silo.Admin;

/// <summary>The one table from outcomes of changes to HTTP.</summary>
internal static class AdminResults
{
    public static ProblemHttpResult Refusal(ChangeReply reply) => TypedResults.Problem(
        reply.Outcome is ChangeOutcome.OwnedByFile
            ? $"It is owned by the configuration file '{reply.Detail}': change it there and restart."
            : reply.Detail,
        statusCode: reply.Outcome switch
        {
            ChangeOutcome.NotFound => StatusCodes.Status404NotFound,
            ChangeOutcome.AlreadyExists or ChangeOutcome.OwnedByFile or ChangeOutcome.Conflict =>
                StatusCodes.Status409Conflict,
            ChangeOutcome.Gone => StatusCodes.Status410Gone,
            ChangeOutcome.Invalid => StatusCodes.Status400BadRequest,
            _ => throw new System.Diagnostics.UnreachableException($"{reply.Outcome} is not a refusal."),
        });

    public static ProblemHttpResult Invalid(IEnumerable<string> mistakes) =>
        TypedResults.Problem(string.Join(' ', mistakes), statusCode: StatusCodes.Status400BadRequest);

    public static ProblemHttpResult NotFound(string what) =>
        TypedResults.Problem($"There is no {what}.", statusCode: StatusCodes.Status404NotFound);
}
