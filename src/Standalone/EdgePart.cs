using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Edge;

namespace Sluice.Standalone;

/// <summary>The edge of this process; its grain calls go to the silo beside it, without a wire.</summary>
internal sealed class EdgePart : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EdgePart(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<EdgePart> StartAsync(StandaloneOptions options, SiloPart silo, PoolsPart pools)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(Settings(pools));
        builder.ListenOn(options.Port);
        builder.Services.AddSingleton(silo.Cluster);
        builder.Services.AddSingleton(silo.Meters); // One /metrics tells of both.
        builder.AddEdge();
        var part = new EdgePart(builder.Build());
        try
        {
            await part._app.OpenEdgeAsync(silo.Stopping);
            part._app.UseEdge();
            await part._app.ListenAsync("--port", options.Port);
            return part;
        }
        catch
        {
            await part.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static Dictionary<string, string?> Settings(PoolsPart pools)
    {
        var settings = new Dictionary<string, string?>();
        for (var i = 0; i < pools.Pools.Count; i++)
        {
            var (pool, place) = (pools.Pools[i], $"Edge:Pools:{i}");
            settings[$"{place}:Name"] = pool.Name;
            settings[$"{place}:Address"] = pool.Address;
            settings[$"{place}:KeyFile"] = pool.KeyFile;
            settings[$"{place}:AskForUsage"] = pool.AskForUsage.ToString(CultureInfo.InvariantCulture);
            for (var model = 0; model < pool.Models.Count; model++)
            {
                settings[$"{place}:Models:{model}"] = pool.Models[model];
            }
        }

        return settings;
    }
}
