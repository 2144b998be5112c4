using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Revocations;

/// <summary>
/// A3. Two silos and two edges, each edge with a silo of its own to begin with, and a client so busy that both spend
/// chunks: how long after a change either still accepts.
/// </summary>
public sealed class RevocationFeedTests(Databases databases) : IAsyncLifetime
{
    private const int Rounds = 8;
    private const int CallersPerEdge = 3;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;

    public async ValueTask InitializeAsync() => _pool = await SharedSluice.PoolAsync(SimulatedPoolOptions.Instant);

    public async ValueTask DisposeAsync()
    {
        await _pool!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_one_silo_revokes_no_edge_accepts_a_second_later()
    {
        var url = await databases.NewAsync();
        var (onePort, twoPort) = (FreePort.Next(), FreePort.Next());
        await using var one = await RunningSilo.StartAsync(_folder, url, onePort);
        await using var two = await RunningSilo.StartAsync(_folder, url, twoPort);
        await using var edgeOne = await RunningEdge.StartAsync(
            onePort, _pool!.Address, ("Edge__ChunksFromRequestsPerSecond", "20"));
        await using var edgeTwo = await RunningEdge.StartAsync(
            twoPort, _pool.Address, ("Edge__ChunksFromRequestsPerSecond", "20"));
        RunningEdge[] edges = [edgeOne, edgeTwo];
        var keys = new List<TimeSpan>();
        var clients = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            var silo = round % 2 == 0 ? one : two;
            var access = await silo.Admins.NewAccessAsync(Limits.Rate(50_000, "1s"));
            keys.AddRange(await LastAcceptedAsync(
                edges, access, HttpStatusCode.Unauthorized,
                () => silo.Admins.PostAsync($"clients/{access.ClientId}/keys/{access.Version}/revoke", new { })));
            var other = await silo.Admins.NewAccessAsync(Limits.Rate(50_000, "1s"));
            clients.AddRange(await LastAcceptedAsync(
                edges, other, HttpStatusCode.Forbidden,
                () => silo.Admins.PatchAsync($"clients/{other.ClientId}", new { suspended = true })));
        }

        var report = $"after a key was revoked: {Shown(keys)}; after a client was suspended: {Shown(clients)}";
        TestContext.Current.TestOutputHelper!.WriteLine(report);
        Assert.All(keys.Concat(clients), late => Assert.True(late < Bound, report));
        foreach (var edge in edges)
        {
            var figures = (await edge.LookAsync("/metrics")).Body;
            Assert.Contains("sluice_revocation_applied_total{kind=\"KeyVersion\"} ", figures, StringComparison.Ordinal);
            Assert.Contains("sluice_revocation_recalled_total ", figures, StringComparison.Ordinal);
            Assert.True(Figure(figures, "sluice_revocation_silence_seconds") < 1, "The feed is silent.");
        }
    }

    [Fact]
    public async Task An_edge_whose_silo_goes_follows_another_one_and_says_when_there_is_none()
    {
        var url = await databases.NewAsync();
        var (onePort, twoPort) = (FreePort.Next(), FreePort.Next());
        await using var one = await RunningSilo.StartAsync(_folder, url, onePort);
        await using var two = await RunningSilo.StartAsync(_folder, url, twoPort);
        await using var edge = await RunningEdge.StartAsync(onePort, _pool!.Address);
        await SilenceAsync(edge, silence => silence < 1);

        Assert.Equal(0, await one.Program.StopAsync());
        await SilenceAsync(edge, silence => silence < 1);
        var access = await two.Admins.NewAccessAsync(Limits.Rate(50_000, "1s"));
        (await two.Admins.PostAsync($"clients/{access.ClientId}/keys/{access.Version}/revoke", new { }))
            .Is(HttpStatusCode.NoContent);
        await Patience.UntilAsync(
            () => edge.LookAsync("/metrics"),
            figures => figures.Body.Contains(
                "sluice_revocation_applied_total{kind=\"KeyVersion\"} 1", StringComparison.Ordinal));

        Assert.Equal(0, await two.Program.StopAsync());
        await SilenceAsync(edge, silence => silence > 1);
        await edge.Program.SaysAsync("no chunks are spent until they are heard again");
    }

    private static Task<double> SilenceAsync(RunningEdge edge, Func<double, bool> fits) => Patience.UntilAsync(
        async () => Figure((await edge.LookAsync("/metrics")).Body, "sluice_revocation_silence_seconds"), fits);

    /// <summary>
    /// Keeps both edges busy, changes something, and goes on until each has refused for a while.
    /// </summary>
    /// <returns>For each edge, how long after the answer to the change the last accepted call was sent.</returns>
    private static async Task<TimeSpan[]> LastAcceptedAsync(
        RunningEdge[] edges, Access access, HttpStatusCode refusal, Func<Task<AdminAnswer>> change)
    {
        var time = TimeProvider.System;
        var (changed, accepted) = (0L, edges.Select(_ => new ConcurrentQueue<long>()).ToArray());
        var callers = edges.SelectMany((edge, number) => Enumerable.Range(0, CallersPerEdge).Select(async _ =>
        {
            var (client, refused) = (edge.With(access.Key), 0L);
            while (refused == 0 || time.GetElapsedTime(refused) < Bound)
            {
                var sent = time.GetTimestamp();
                var answer = await client.ChatAsync();
                if (answer.Status == 200)
                {
                    accepted[number].Enqueue(sent);
                }
                else
                {
                    Assert.True(
                        answer.Status == (int)refusal || answer.Status == 503, $"{answer.Status}: {answer.Body}");
                    Assert.NotEqual(0, Volatile.Read(ref changed));
                    refused = refused == 0 ? sent : refused;
                }
            }
        })).ToArray();
        await Patience.UntilAsync(() => Task.FromResult(accepted.Min(calls => calls.Count)), calls => calls > 100);

        Volatile.Write(ref changed, -1); // Asked for; edges may hear of it before the answer is here.
        var done = await change();
        Assert.True((int)done.Status < 300, done.Body);
        Volatile.Write(ref changed, time.GetTimestamp());
        await Task.WhenAll(callers);
        return Array.ConvertAll(accepted, calls => Positive(time.GetElapsedTime(changed, calls.Max())));
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static string Shown(List<TimeSpan> times)
    {
        var ordered = times.Order().Select(late => late.TotalMilliseconds).ToArray();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"last acceptance at {ordered.Length} edges {ordered[ordered.Length / 2]:0.0} ms (median), "
            + $"{ordered[^1]:0.0} ms (most)");
    }

    private static double Figure(string figures, string name)
    {
        var line = figures.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
