using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules;

namespace Sluice.Silo.Admin;

/// <summary>Plans: make, look, change. A change is in force for the next request of every client.</summary>
internal static class PlanEndpoints
{
    public static void MapPlans(this IEndpointRouteBuilder admin)
    {
        var plans = admin.MapGroup("/plans").WithTags("Plans");
        plans.MapPost("", CreateAsync).WithSummary("Make a plan.");
        plans.MapGet("", ListAsync).WithSummary("List plans, in the order of their ids.");
        plans.MapGet("/{plan}", DescribeAsync).WithSummary("One plan.");
        plans.MapPut("/{plan}", ReplaceAsync).WithSummary("Replace a plan, for every client that works by it.");
    }

    private static async Task<Results<Created<PlanDocument>, ProblemHttpResult>> CreateAsync(
        PlanDocument plan, IClusterClient cluster)
    {
        if (!Names.IsName(plan.Plan ?? ""))
        {
            return AdminResults.Invalid([$"plan: '{plan.Plan}' is not {Names.Rule}."]);
        }

        var mistakes = new List<string>();
        if (plan.ToDefinition("", mistakes) is not { } definition)
        {
            return AdminResults.Invalid(mistakes);
        }

        var grain = cluster.GetGrain<IPlanGrain>(plan.Plan!);
        var reply = await grain.Create(definition);
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Created($"/admin/v1/plans/{plan.Plan}", (await grain.Describe())!.ToDocument())
            : AdminResults.Refusal(reply);
    }

    private static async Task<Results<Ok<PlanDocument>, ProblemHttpResult>> ReplaceAsync(
        string plan, PlanDocument document, IClusterClient cluster)
    {
        if (!Names.IsName(plan))
        {
            return AdminResults.NotFound($"plan '{plan}'");
        }

        var mistakes = new List<string>();
        if ((document with { Plan = plan }).ToDefinition("", mistakes) is not { } definition)
        {
            return AdminResults.Invalid(mistakes);
        }

        var grain = cluster.GetGrain<IPlanGrain>(plan);
        var reply = await grain.Replace(definition);
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Ok((await grain.Describe())!.ToDocument())
            : AdminResults.Refusal(reply);
    }

    private static async Task<Results<Ok<PlanDocument>, ProblemHttpResult>> DescribeAsync(
        string plan, IClusterClient cluster) =>
        Names.IsName(plan) && await cluster.GetGrain<IPlanGrain>(plan).Describe() is { } found
            ? TypedResults.Ok(found.ToDocument())
            : AdminResults.NotFound($"plan '{plan}'");

    private static Task<Results<Ok<Page<PlanDocument>>, ProblemHttpResult>> ListAsync(
        Lists lists, CancellationToken cancellationToken, string? after = null, int limit = Lists.LimitDefault) =>
        lists.PlansAsync(after, limit, cancellationToken);
}
