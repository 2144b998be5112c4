using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Edge.Browsers;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Errors;
using Sluice.Edge.Pools;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Policies;

namespace Sluice.Edge.Models;

/// <summary>The models that a client sees: those of the pools, less what its plan hides.</summary>
internal static class ModelEndpoints
{
    public const string Path = "/v1/models";

    public static void MapModels(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, ListAsync);
        endpoints.MapGet(Path + "/{**model}", DescribeAsync); // Names like deepseek-ai/DeepSeek-OCR have slashes.
    }

    private static async Task ListAsync(HttpContext context, PoolCatalog pools, Callers callers)
    {
        if (await AccessAsync(context, callers) is not { } access)
        {
            return;
        }

        var models = from pool in pools.All
                     from model in pool.Models
                     where access.Shows(model) && context.Call().Caller.Allows(model)
                     orderby model
                     select new ModelDocument(model, pool.Name);
        await context.Response.WriteAsJsonAsync(
            new ModelListDocument([.. models]), ModelJson.Default.ModelListDocument);
    }

    private static async Task DescribeAsync(HttpContext context, string model, PoolCatalog pools, Callers callers)
    {
        if (await AccessAsync(context, callers) is not { } access)
        {
            return;
        }

        model = Uri.UnescapeDataString(model); // Clients write the slash in a name as %2F, which routing leaves alone.
        var pool = pools.Serving(model);
        if (pool is null || !access.Shows(model) || !context.Call().Caller.Allows(model))
        {
            await ApiError.ModelNotFound(model).WriteAsync(context);
            return;
        }

        await context.Response.WriteAsJsonAsync(
            new ModelDocument(model, pool.Name), ModelJson.Default.ModelDocument);
    }

    private static async Task<ShownModels?> AccessAsync(HttpContext context, Callers callers)
    {
        var call = context.Call();
        var identified = await callers.IdentifyAsync(call, context.RequestAborted);
        BrowserHeaders.AllowIf(context.Response.Headers, call.Origin, identified.Verdict);
        if (identified.Verdict is Verdict.Admitted)
        {
            return new ShownModels(
                new ModelAccess([.. identified.UsableModels], [.. identified.VisibleModels]), identified.RoleModels);
        }

        await ApiError.For(identified.Verdict, call, refusedBy: null, identified.RetryAfter).WriteAsync(context);
        return null;
    }
}

/// <summary>What somebody sees of models: what the plan shows, less what roles do not leave.</summary>
internal sealed record ShownModels(ModelAccess OfPlan, RoleModels[] OfRoles)
{
    public bool Shows(string model) =>
        OfPlan.Of(model) is not ModelAnswer.Hidden
        && OfRoles.All(role =>
            ModelAccess.Any([.. role.Allowed], model) && !ModelAccess.Any([.. role.Denied], model));
}

internal sealed record ModelDocument(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("owned_by")] string OwnedBy)
{
    [JsonPropertyName("object")]
    public string Kind { get; } = "model";

    /// <summary>Unix seconds; the contract wants a time, and a pool's model has none to tell.</summary>
    [JsonPropertyName("created")]
    public long Created { get; } // Zero.
}

internal sealed record ModelListDocument([property: JsonPropertyName("data")] ImmutableArray<ModelDocument> Data)
{
    [JsonPropertyName("object")]
    public string Kind { get; } = "list";
}

[JsonSerializable(typeof(ModelListDocument))]
[JsonSerializable(typeof(ModelDocument))]
internal sealed partial class ModelJson : JsonSerializerContext;
