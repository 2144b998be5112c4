using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Daemon;
using Sluice.Silo.Configuration;
using Sluice.SimulatedPool;

namespace Sluice.Standalone;

/// <summary>
/// The pools to forward to: those of the configuration file, the one of --pool, or the simulated one.
/// </summary>
internal sealed class PoolsPart : IAsyncDisposable
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly SimulatedPoolServer? _simulated;

    private PoolsPart(IReadOnlyList<PoolDefinition> pools, SimulatedPoolServer? simulated) =>
        (Pools, _simulated) = (pools, simulated);

    public IReadOnlyList<PoolDefinition> Pools { get; }

    public bool IsSimulated => _simulated is not null;

    public static async Task<PoolsPart> StartAsync(
        StandaloneOptions options, SluiceFile? file, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Pool is not null)
        {
            var address = options.Pool.TrimEnd('/');
            var models = await ModelsOfAsync(address, options.PoolKeyFile, cancellationToken);
            return new PoolsPart([new PoolDefinition("pool", address, models, options.PoolKeyFile ?? "", true)], null);
        }

        if (file is { Pools.Count: > 0 })
        {
            return new PoolsPart(file.Pools, null);
        }

        var simulated = await SimulatedPoolServer.StartAsync(
            new SimulatedPoolOptions(), time, NullLoggerFactory.Instance, cancellationToken);
        var served = new SimulatedPoolOptions().Models;
        return new PoolsPart(
            [new PoolDefinition("simulated", simulated.Address.ToString().TrimEnd('/'), served, "", true)], simulated);
    }

    public ValueTask DisposeAsync() => _simulated?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A real server knows best what it serves.</summary>
    private static async Task<IReadOnlyList<string>> ModelsOfAsync(
        string pool, string? keyFile, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(pool + "/v1/models", UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https"))
        {
            throw new CannotStartException($"--pool '{pool}' is not an http or https address.");
        }

        try
        {
            using var client = new HttpClient { Timeout = AskTimeout };
            if (keyFile is not null)
            {
                var key = (await File.ReadAllTextAsync(keyFile, cancellationToken)).Trim();
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            await using var body = await client.GetStreamAsync(address, cancellationToken);
            using var document = await JsonDocument.ParseAsync(body, default, cancellationToken);
            return [.. document.RootElement.GetProperty("data").EnumerateArray()
                .Select(model => model.GetProperty("id").GetString()!)];
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException
            or InvalidOperationException or IOException or UnauthorizedAccessException or TaskCanceledException)
        {
            throw new CannotStartException(
                $"the pool of --pool did not list its models at {address}: {exception.Message} Is it an "
                + "OpenAI-compatible server, is it up, and does --pool-key-file hold its key?");
        }
    }
}
