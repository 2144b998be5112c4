using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Sluice.Bench.Edge;

/// <summary>What Sluice is compared to: YARP with one route and one cluster, and nothing else.</summary>
internal static class BareProxy
{
    public const string CommandName = "bare-proxy";
    public const string ReadyText = "Bare YARP at ";

    private const string Name = "pool";

    public static Command CreateCommand()
    {
        var pool = new Option<string>("--pool") { Description = "Where to forward to.", Required = true };
        var command = new Command(CommandName, "The proxy that 'edge' compares to; it starts one by itself.") { pool };
        command.SetAction((parsed, cancellationToken) => RunAsync(new Uri(parsed.GetValue(pool)!), cancellationToken));
        return command;
    }

    private static async Task RunAsync(Uri pool, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = Name, ClusterId = Name, Match = new RouteMatch { Path = "/{**path}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = Name,
                    Destinations = new Dictionary<string, DestinationConfig>
                    {
                        [Name] = new() { Address = pool.AbsoluteUri },
                    },
                },
            ]);
        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync(cancellationToken);
        Console.WriteLine(ReadyText + app.Urls.Single());
        await app.WaitForShutdownAsync(cancellationToken);
    }
}
