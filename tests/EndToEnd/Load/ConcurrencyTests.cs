using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;

namespace Sluice.EndToEnd.Load;

/// <summary>
/// Guards the promise of slots where it is hardest to keep: many connections, few slots, and clients that hang up at
/// any moment. The pool counts, so nothing that the edge believes about itself can hide a call too many.
/// </summary>
public sealed class ConcurrencyTests : IAsyncLifetime
{
    private const int Slots = 5;
    private const int Connections = 50;
    private const int RequestsEach = 6;

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;
    private SluiceProcess? _sluice;

    public async ValueTask InitializeAsync()
    {
        _pool = await SharedSluice.PoolAsync(new SimulatedPoolOptions
        {
            DecodeTokensPerSecond = 300,
            AnswerTokensMin = 4,
            AnswerTokensMax = 24,
            RecordedRequests = 0,
        });
        _sluice = await SluiceProcess.StartAsync(
            new SluiceSettings { Data = _folder.In("data"), Pool = _pool.Address });
    }

    public async ValueTask DisposeAsync()
    {
        if (_sluice is not null)
        {
            await _sluice.DisposeAsync();
        }

        if (_pool is not null)
        {
            await _pool.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>One pool for all seeds: its peak is that of the worst of them.</summary>
    [Fact]
    public async Task The_pool_never_sees_more_calls_than_the_client_has_slots()
    {
        var access = await _sluice!.Admins.NewAccessAsync(Limits.Slots(Slots));
        foreach (var seed in new[] { 1, 2, 3 })
        {
            var before = _pool!.Statistics.Aborted;

            var workers = await Task.WhenAll(Enumerable.Range(0, Connections)
                .Select(number => new LoadWorker(_sluice.Edge, access.Key, new Random(seed * 1_000 + number))
                    .RunAsync(RequestsEach, hangsUp: number % 3 == 0)));

            Assert.True(
                _pool.Statistics.PeakInFlight <= Slots,
                $"Seed {seed}: the pool saw {_pool.Statistics.PeakInFlight} calls at once; {Slots} is the most.");
            Assert.Equal(Slots, _pool.Statistics.PeakInFlight); // Less would prove nothing.
            Assert.True(workers.Sum(worker => worker.Refused) > 0, "Nobody was refused: the slots were never full.");
            Assert.True(_pool.Statistics.Aborted > before, "Nobody hung up in the middle of an answer.");
            await _sluice.Admins.AllSlotsFreeAsync(access.ClientId);
            Assert.Equal(0, _pool.Statistics.InFlight);
            (await _sluice.With(access.Key).ChatAsync()).Is(200);
        }
    }

    /// <summary>The same without streams: clients that are gone before any answer.</summary>
    [Fact]
    public async Task Clients_that_go_before_the_answer_take_no_slot_with_them()
    {
        var access = await _sluice!.Admins.NewAccessAsync(Limits.Slots(Slots));

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async number =>
        {
            var random = new Random(number);
            for (var i = 0; i < RequestsEach; i++)
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 40)));
                try
                {
                    using var request = _sluice.With(access.Key).Request(
                        HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody("\"max_tokens\":24"));
                    using var response = await _sluice.Http.SendAsync(request, patience.Token);
                }
                catch (OperationCanceledException)
                {
                    // Hung up, as intended.
                }
            }
        }));

        Assert.True(_pool!.Statistics.PeakInFlight <= Slots, $"The pool saw {_pool.Statistics.PeakInFlight} at once.");
        await _sluice.Admins.AllSlotsFreeAsync(access.ClientId);
        await _pool.Statistics.WhenAsync(statistics => statistics.InFlight == 0, Patience.Token);
        (await _sluice.With(access.Key).ChatAsync()).Is(200);
    }
}
