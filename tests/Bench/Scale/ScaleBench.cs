using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors;
using Sluice.Actors.Hosting;
using Sluice.Bench.Edge;
using Sluice.Bench.Load;
using Sluice.Bench.Processes;
using Sluice.Bench.Report;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Keys;
using Sluice.Testing;

namespace Sluice.Bench.Scale;

/// <summary>A silo of its own process on a PostgreSQL of its own, and this process as its only edge.</summary>
internal sealed class ScaleBench : IAsyncDisposable
{
    private const int Callers = 64;
    private const int Steps = 4;

    private readonly TimeProvider _time = TimeProvider.System;
    private SiloServer? _silo;
    private ScaleDatabase? _database;
    private ServiceProvider? _services;
    private ActorHost? _host;
    private KeyText _key;
    private string _template = "";
    private int _active;
    private long _sequence;

    private IClusterClient Cluster => _host!.Client;

    private ScaleDatabase Database => _database!;

    public static async Task<ScaleBench> StartAsync(CancellationToken cancellationToken)
    {
        var bench = new ScaleBench();
        try
        {
            await bench.BeginAsync(cancellationToken);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts that many clients into the database.</summary>
    public async Task KnowAsync(int clients, TextTable table, CancellationToken cancellationToken)
    {
        var known = 0;
        foreach (var next in StepsTo(clients))
        {
            var (before, started) = (await Database.BytesAsync(cancellationToken), _time.GetTimestamp());
            await Database.CopyClientAsync(_template, known, next, cancellationToken);
            var took = _time.GetElapsedTime(started);
            var bytes = await Database.BytesAsync(cancellationToken) - before;
            table.Add(
                "known, in the database", Text(next), Text(took.TotalSeconds, 1), "", Text(bytes / (next - known)),
                Text(SiloMebibytes, 0));
            known = next;
        }
    }

    /// <summary>Calls that many clients once, so that each has an activation.</summary>
    public async Task ActivateAsync(int clients, TextTable table, CancellationToken cancellationToken)
    {
        foreach (var next in StepsTo(clients))
        {
            var (before, started) = (SiloMebibytes, _time.GetTimestamp());
            var turn = _active - 1;
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(
                async () =>
                {
                    for (int client; (client = Interlocked.Increment(ref turn)) < next;)
                    {
                        await CallAsync(client);
                    }
                },
                cancellationToken)));
            var took = _time.GetElapsedTime(started);
            table.Add(
                "active, in memory", Text(next), Text(took.TotalSeconds, 1),
                Text((next - _active) / took.TotalSeconds, 0),
                Text((SiloMebibytes - before) * (1 << 20) / (next - _active), 0), Text(SiloMebibytes, 0));
            _active = next;
        }
    }

    /// <summary>Calls active clients at random at that rate, and looks what the database has to do for it.</summary>
    public async Task HoldAsync(int perSecond, TimeSpan length, TextTable table, CancellationToken cancellationToken)
    {
        var before = await Database.WorkAsync(cancellationToken);
        var processor = ProcessorTime.Of(_silo!.Process.Id);
        var started = _time.GetTimestamp();
        var latencies = new LatencyHistogram();
        var random = new Random(1);
        var sent = 0L;
        var calls = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5), _time);
        while (_time.GetElapsedTime(started) < length && await timer.WaitForNextTickAsync(cancellationToken))
        {
            for (var due = (long)(_time.GetElapsedTime(started).TotalSeconds * perSecond); sent < due; sent++)
            {
                calls.Add(TimeAsync(random.Next(_active), latencies));
            }

            calls.RemoveAll(call => call.IsCompletedSuccessfully);
        }

        await Task.WhenAll(calls);
        var seconds = _time.GetElapsedTime(started).TotalSeconds;
        processor = ProcessorTime.Of(_silo.Process.Id) - processor;
        var work = await Database.WorkAsync(cancellationToken) - before;
        table.Add(
            perSecond == 0 ? $"{_active} active, no calls" : $"{_active} active, called at random",
            Text(latencies.Count / seconds, 0),
            perSecond == 0 ? "" : Text(latencies.Percentile(0.5).TotalMicroseconds, 0),
            perSecond == 0 ? "" : Text(latencies.Percentile(0.99).TotalMicroseconds, 0),
            Text(work.Commits / seconds, 1), Text(work.LogBytes / seconds / 1024, 1), Text(work.Rows / seconds, 1),
            perSecond == 0 ? "" : Text(processor.TotalMicroseconds / latencies.Count, 1));
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
    }

    private double SiloMebibytes => ProcessMemory.Of(_silo!.Process.Id) / (double)(1 << 20);

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        _silo = await SiloServer.StartAsync(cancellationToken);
        var text = await BenchKey.IssueAsync(
            _silo.Admin, await _silo.AdminKeyAsync(cancellationToken), cancellationToken);
        if (KeyText.TryParse(text, out _key) is not KeyTextFault.None)
        {
            throw new BenchException("the silo issued a key that is none.");
        }

        _template = _key.ClientId;
        _database = new ScaleDatabase(_silo.DatabasePort);
        _services = new ServiceCollection()
            .AddActorClient(_ => new ClusterClientOptions { Seeds = { _silo.Seed } })
            .BuildServiceProvider();
        _host = _services.GetRequiredService<ActorHost>();
        await _host.StartAsync(cancellationToken);
        await Eventually.True(() => _host.IsConnected, "The silo lets its client in.");
    }

    private async Task TimeAsync(int client, LatencyHistogram latencies)
    {
        var started = _time.GetTimestamp();
        await CallAsync(client);
        var took = _time.GetElapsedTime(started);
        lock (latencies)
        {
            latencies.Record(took);
        }
    }

    /// <summary>One request of that client, from its admission to its completion.</summary>
    private async Task CallAsync(int client)
    {
        var grain = Cluster.GetGrain<IClientAdmission>(ScaleDatabase.ClientId(client));
        var requestId = new RequestId(1, Interlocked.Increment(ref _sequence));
        var reply = await grain.Admit(new AdmitRequest
        {
            RequestId = requestId,
            KeyVersion = _key.Version,
            SecretDigest = SHA256.HashData(Encoding.ASCII.GetBytes(_key.Secret)),
            Model = "deepseek-chat",
        });
        if (reply.Verdict is not Verdict.Admitted)
        {
            throw new BenchException($"client {client} was answered {reply.Verdict}.");
        }

        await grain.Complete(new CompletionBatch
        {
            Completions = [new Completion(requestId, CompletionOutcome.Dispatched)],
        });
    }

    private static IEnumerable<int> StepsTo(int last) =>
        Enumerable.Range(0, Steps).Reverse().Select(step => last >> (2 * step)).Where(count => count > 0);

    private static string Text(double number, int digits = 0) =>
        number.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
