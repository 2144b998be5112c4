using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Bench.Actors;

/// <summary>A silo with the grains that are called, for callers in another process.</summary>
internal static class ActorsSilo
{
    public const string CommandName = "actors-silo";
    public const string ReadyText = "Silo at ";

    public static Command CreateCommand()
    {
        var command = new Command(CommandName, "The silo that 'actors' calls; it starts one by itself.");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task RunAsync(CancellationToken cancellationToken)
    {
        var table = new InMemoryMembershipTable(TimeProvider.System);
        await using var services = new ServiceCollection()
            .AddSingleton<IMembershipTable>(table)
            .AddActorCluster(_ => new ClusterOptions { Name = "bench", ListenAddress = "127.0.0.1", Port = 0 })
            .AddActors(configure: null, typeof(EchoGrain).Assembly)
            .BuildServiceProvider();
        var host = services.GetRequiredService<ActorHost>();
        await host.StartAsync(cancellationToken);
        var silo = (await table.ReadAsync(cancellationToken)).Silos.Single();
        Console.WriteLine($"{ReadyText}{silo.Host}:{silo.Port}");
        var stopped = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }
}
