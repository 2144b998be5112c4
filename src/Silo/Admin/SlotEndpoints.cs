using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;

namespace Sluice.Silo.Admin;

/// <summary>A client's slots: who holds them, and freeing one by hand.</summary>
internal static class SlotEndpoints
{
    public static void MapSlots(this IEndpointRouteBuilder admin)
    {
        var slots = admin.MapGroup("/clients/{id}/slots").WithTags("Slots");
        slots.MapGet("", ListAsync).WithSummary("Every slot that is taken now, and the call that holds it.");
        slots.MapDelete("/{requestId}", ReleaseAsync)
            .WithSummary("Free a slot by hand. Its call goes on, and is charged what it reserved.");
    }

    private static async Task<Results<Ok<Page<SlotDetailDocument>>, ProblemHttpResult>> ListAsync(
        HttpContext context, string id, IClusterClient cluster)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Grain(cluster, id) is { } grain && await grain.ListSlots() is { } slots
            ? TypedResults.Ok(
                new Page<SlotDetailDocument>([.. slots.Select(slot => SlotDetailDocument.Of(slot, id))], null))
            : AdminResults.NotFound($"client '{id}'");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReleaseAsync(
        string id, string requestId, IClusterClient cluster)
    {
        if (Grain(cluster, id) is not { } grain)
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        if (RequestIdText.Parse(requestId, id) is not { } of)
        {
            return AdminResults.Invalid(
                [$"requestId: '{requestId}' is neither a request's id (req_…) nor a decision's of this client."]);
        }

        var reply = await grain.ReleaseSlot(of);
        return reply.Outcome is ChangeOutcome.Done ? TypedResults.NoContent() : AdminResults.Refusal(reply);
    }

    private static IClientExplanation? Grain(IClusterClient cluster, string id) =>
        Names.IsClientId(id) ? cluster.GetGrain<IClientExplanation>(id) : null;
}
