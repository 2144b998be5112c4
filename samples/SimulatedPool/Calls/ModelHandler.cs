using Microsoft.AspNetCore.Routing;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Answers <c>/v1/models</c> and <c>/v1/models/{id}</c>; ids may hold slashes.</summary>
internal sealed class ModelHandler(SimulatedPoolOptions options, TimeProvider time)
{
    /// <summary>Name of the route's value that holds the model id.</summary>
    public const string IdValue = "id";

    private readonly ModelCard[] _models =
    [
        .. options.Models.Select(model => new ModelCard(
            model, "model", time.GetUtcNow().ToUnixTimeSeconds(), "simulated-pool", options.ContextTokens)),
    ];

    public ValueTask<PoolError?> ListAsync(PoolCall call)
    {
        ReplyWriter.Write(call.Context.Response, new ModelList("list", _models), PoolJson.Wire.ModelList);
        return ValueTask.FromResult<PoolError?>(null);
    }

    public ValueTask<PoolError?> GetAsync(PoolCall call)
    {
        // A catch-all route decodes everything but the slash.
        var value = (string?)call.Context.GetRouteValue(IdValue) ?? "";
        var id = value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (Array.Find(_models, model => model.Id == id) is not { } found)
        {
            return ValueTask.FromResult<PoolError?>(PoolError.UnknownModel(id));
        }

        ReplyWriter.Write(call.Context.Response, found, PoolJson.Wire.ModelCard);
        return ValueTask.FromResult<PoolError?>(null);
    }
}
