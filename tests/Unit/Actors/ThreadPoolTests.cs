using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>The engine on real threads: what a deterministic run cannot show.</summary>
public sealed class ThreadPoolTests : IAsyncLifetime
{
    private readonly ActorHost _host = new(
        new ActorHostOptions(),
        new ActorHostParts
        {
            Services = new ServiceCollection().BuildServiceProvider(),
            GrainAssemblies = [typeof(ThreadPoolTests).Assembly],
            GrainClassFilter = type => type == typeof(TallyGrain),
            Random = new Random(0),
        });

    public async ValueTask InitializeAsync() => await _host.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync() => await _host.StopAsync(CancellationToken.None);

    [Fact]
    public async Task Many_callers_never_run_in_one_grain_at_the_same_time()
    {
        TallyGrain.Reset();
        var calls = Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var grain = _host.GrainFactory.GetGrain<ITally>($"{i % 3}");
                Assert.Equal(i, await grain.Echo(i, yields: i % 5 == 0));
            }
        }));

        await Task.WhenAll(calls).Within();

        Assert.False(TallyGrain.Overlapped);
        Assert.Equal(32_000, TallyGrain.Calls);
    }

    /// <summary>
    /// Guards hand-over: no call is lost or run twice, and no two activations of one grain live at once.
    /// </summary>
    [Fact]
    public async Task Calls_while_the_grain_keeps_ending_run_exactly_once_in_one_activation_at_a_time()
    {
        TallyGrain.Reset();
        var grain = _host.GrainFactory.GetGrain<ITally>("ending");
        var calls = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                await grain.Echo(i, yields: i % 7 == 0);
                if (i % 10 == caller)
                {
                    await grain.End();
                }
            }
        }));

        await Task.WhenAll(calls).Within();

        Assert.Equal(16_000, TallyGrain.Calls);
        Assert.False(TallyGrain.Overlapped);
        Assert.False(TallyGrain.LivedTwice);
    }

    [Fact]
    public async Task Cancelling_at_any_moment_gives_every_call_one_answer_of_its_own()
    {
        var outcomes = new ConcurrentBag<bool>();
        var grain = _host.GrainFactory.GetGrain<ITally>("cancelled");
        var calls = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var number = (caller * 1_000) + i;
                var call = grain.EchoUntil(number, cancellation.Token);
                if (i % 2 == 0)
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    Assert.Equal(number, await call);
                    outcomes.Add(true);
                }
                catch (OperationCanceledException)
                {
                    outcomes.Add(false);
                }
            }
        }));

        await Task.WhenAll(calls).Within();

        Assert.Equal(8_000, outcomes.Count);
        Assert.True(outcomes.Count(answered => answered) >= 4_000);
    }

    [Fact]
    public async Task A_stop_under_load_answers_every_call()
    {
        var calls = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await _host.GrainFactory.GetGrain<ITally>($"stop{i % 50}").Echo(i, yields: i % 3 == 0);
                }
            }
            catch (SiloUnavailableException)
            {
                return true;
            }
        })).ToArray();
        await _host.GrainFactory.GetGrain<ITally>("stop").Echo(1, yields: true);

        await _host.StopAsync(TestContext.Current.CancellationToken).Within();

        Assert.All(await Task.WhenAll(calls).Within(), Assert.True);
        Assert.Empty(_host.Activations());
    }
}

internal interface ITally : IGrainWithStringKey
{
    ValueTask<int> Echo(int value, bool yields);

    ValueTask<int> EchoUntil(int value, CancellationToken cancellation);

    Task End();
}

internal sealed class TallyGrain : Grain, ITally
{
    private static readonly ConcurrentDictionary<string, int> Alive = new();
    private static int _calls;

    private int _inside;

    internal static bool Overlapped { get; private set; }

    internal static bool LivedTwice { get; private set; }

    internal static int Calls => _calls;

    internal static void Reset()
    {
        _calls = 0;
        Overlapped = false;
        LivedTwice = false;
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        LivedTwice |= Alive.AddOrUpdate(this.GetPrimaryKeyString(), 1, (_, count) => count + 1) != 1;
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Alive.AddOrUpdate(this.GetPrimaryKeyString(), 0, (_, count) => count - 1);
    }

    public async ValueTask<int> Echo(int value, bool yields)
    {
        Overlapped |= Interlocked.Increment(ref _inside) != 1;
        if (yields)
        {
            await Task.Yield();
        }

        Interlocked.Increment(ref _calls);
        Overlapped |= Interlocked.Decrement(ref _inside) != 0;
        return value;
    }

    public async ValueTask<int> EchoUntil(int value, CancellationToken cancellation)
    {
        if (value % 3 == 0)
        {
            await Task.Yield();
        }

        return value;
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
