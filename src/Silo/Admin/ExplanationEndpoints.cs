using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Silo.Admin;

/// <summary>Why a call was decided as it was, and what would be decided now. Nothing here changes anything.</summary>
internal static class ExplanationEndpoints
{
    private const int ModelLengthMax = 256;

    public static void MapExplanations(this IEndpointRouteBuilder admin)
    {
        var explanations = admin.MapGroup("").WithTags("Explanations");
        explanations.MapGet("/decisions/{id}", DecisionAsync)
            .WithSummary("A recent decision, by the x-sluice-decision of its answer, with every limit's numbers.");
        explanations.MapPost("/explain", SupposeAsync)
            .WithSummary("What would be decided about a call now, with every limit's numbers. It changes nothing.");
    }

    private static async Task<Results<Ok<DecisionDocument>, ProblemHttpResult>> DecisionAsync(
        HttpContext context, string id, IClusterClient cluster)
    {
        if (!DecisionId.TryParse(id, out var decisionId))
        {
            return AdminResults.Invalid(
                ["id: that is no id of a decision, or a character was changed or lost. Copy x-sluice-decision again."]);
        }

        if (!await context.ReachesClientAsync(Permissions.DecisionsRead, decisionId.ClientId, cluster))
        {
            return NotKept(decisionId.ClientId);
        }

        context.Response.Headers.CacheControl = "no-store";
        var requestId = new RequestId(decisionId.RequestId.EdgeSession, decisionId.RequestId.Sequence);
        var explained = await cluster.GetGrain<IClientExplanation>(decisionId.ClientId).ExplainDecision(requestId);
        return explained is null
            ? NotKept(decisionId.ClientId)
            : TypedResults.Ok(DecisionDocument.Of(explained, decisionId));
    }

    private static ProblemHttpResult NotKept(string clientId) => TypedResults.Problem(
        $"Client {clientId} keeps no such decision. It is too old (a client keeps Admission:DecisionsKept of them), or "
        + "the client has moved to another silo or was unloaded since, or it was decided elsewhere: an edge admits "
        + "calls of a busy client from a chunk of its limits, and answers 503 when it cannot reach a silo.",
        statusCode: StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<DecisionDocument>, ProblemHttpResult>> SupposeAsync(
        HttpContext context, SupposedCallDocument supposed, IClusterClient cluster)
    {
        var mistakes = MistakesIn(supposed);
        if (mistakes.Count > 0)
        {
            return AdminResults.Invalid(mistakes);
        }

        var clientId = supposed.Client ?? Names.ClientId(supposed.Tenant!, supposed.Name!);
        var isInReach = await context.ReachesClientAsync(Permissions.DecisionsRead, clientId, cluster);
        var explained = !isInReach ? null : await cluster.GetGrain<IClientExplanation>(clientId).ExplainCall(
            new SupposedCall
            {
                KeyVersion = supposed.KeyVersion ?? 0,
                Model = supposed.Model!,
                InputTokens = supposed.InputTokens,
                OutputTokens = supposed.OutputTokens,
                Images = supposed.Images,
                Pages = supposed.Pages,
                Endpoint = supposed.Endpoint ?? "",
                Priority = supposed.Priority,
                TokenRoles = supposed.TokenRoles is { } roles ? [.. roles] : null,
            });
        return explained is null
            ? AdminResults.NotFound($"client '{supposed.Client ?? $"{supposed.Tenant}/{supposed.Name}"}'")
            : TypedResults.Ok(DecisionDocument.Of(explained, clientId));
    }

    private static List<string> MistakesIn(SupposedCallDocument supposed)
    {
        var mistakes = new List<string>();
        if (supposed.Client is null == (supposed.Tenant is null && supposed.Name is null)
            || supposed.Tenant is null != supposed.Name is null)
        {
            mistakes.Add("client: name it by its id, or by tenant and name.");
        }
        else if (supposed.Client is { } client && !Names.IsClientId(client))
        {
            mistakes.Add($"client: '{client}' is not a client's id.");
        }

        if (supposed.TokenRoles?.Any(role => role is null) is true)
        {
            mistakes.Add("tokenRoles: must be a list of texts.");
        }

        if (supposed.KeyVersion < 1)
        {
            mistakes.Add("keyVersion: is below 1.");
        }

        if (supposed.Model is not { Length: >= 1 and <= ModelLengthMax })
        {
            mistakes.Add($"model: must be 1 to {ModelLengthMax} characters.");
        }

        foreach (var (member, amount) in new[]
        {
            ("inputTokens", supposed.InputTokens), ("outputTokens", supposed.OutputTokens),
            ("images", supposed.Images), ("pages", supposed.Pages),
        })
        {
            if (amount is < 0 or > LimitRules.AmountMax)
            {
                mistakes.Add($"{member}: {amount} is not between 0 and {LimitRules.AmountMax}.");
            }
        }

        return mistakes;
    }
}
