using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Turns;

/// <summary>Turns that run on the thread of their caller.</summary>
public sealed class CallerTurnTests : IAsyncLifetime
{
    private readonly ActorHost _host = NewHost();

    public async ValueTask InitializeAsync() => await _host.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync() => await _host.StopAsync(CancellationToken.None);

    private IWhere Grain(string key) => _host.GrainFactory.GetGrain<IWhere>(key);

    [Fact]
    public async Task An_idle_grain_is_called_on_the_callers_thread_and_now_and_then_elsewhere()
    {
        var grain = Grain("a");
        await grain.Depth(); // Activated.

        var here = await OnOneThread(() => Enumerable.Range(0, 90).Count(_ =>
        {
            var call = grain.Thread();
            var ended = call.IsCompleted;
            Assert.True(call.AsTask().Within().GetAwaiter().GetResult() > 0);
            return ended;
        }));

        Assert.InRange(here, 70, 81); // Eight of nine, and fewer while one that ran elsewhere is still at it.
    }

    /// <summary>Guards the values that flow with a request: a turn neither sees nor changes its caller's.</summary>
    [Fact]
    public async Task What_flows_with_the_caller_is_not_seen_by_the_turn_and_stays_the_callers()
    {
        var grain = Grain("b");
        await grain.Depth();
        WhereGrain.Ambient.Value = "the caller's";

        for (var i = 0; i < 20; i++)
        {
            Assert.Null(await grain.SeenAmbient());
            Assert.Equal("the caller's", WhereGrain.Ambient.Value);
        }
    }

    /// <summary>Guards the stack and the turn: one grain's code never runs inside another's.</summary>
    [Fact]
    public async Task A_grain_that_calls_another_does_not_run_it_within_its_own_turn()
    {
        var (first, second) = (Grain("c"), Grain("d"));
        await second.Depth();

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1, await first.DepthOf("d"));
        }
    }

    /// <summary>Guards the same where two hosts stand in one process, each outside of the other's grains.</summary>
    [Fact]
    public async Task A_grain_that_calls_one_of_another_host_does_not_run_it_within_its_own_turn()
    {
        await using var other = NewHost();
        await other.StartAsync(TestContext.Current.CancellationToken);
        WhereGrain.Other = other.GrainFactory.GetGrain<IWhere>("f");
        await WhereGrain.Other.Depth();

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1, await Grain("g").DepthOfOther());
        }
    }

    /// <summary>Guards fairness: who calls in a closed loop leaves the thread to others now and then.</summary>
    [Fact]
    public async Task Callers_in_closed_loops_all_get_on()
    {
        const int Callers = 64;
        var grain = Grain("e");
        await grain.Depth();
        var done = 0;

        var calling = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            // Each goes on until all have made a thousand calls: one that starved would hold up all of them.
            for (var calls = 1; Volatile.Read(ref done) < Callers; calls++)
            {
                await grain.Thread();
                if (calls == 1_000)
                {
                    Interlocked.Increment(ref done);
                }
            }
        }));

        await Task.WhenAll(calling).Within();
    }

    private static ActorHost NewHost() => new(
        new ActorHostOptions(),
        new ActorHostParts
        {
            Services = new ServiceCollection().BuildServiceProvider(),
            GrainAssemblies = [typeof(CallerTurnTests).Assembly],
            GrainClassFilter = type => type == typeof(WhereGrain),
            Random = new Random(0),
        });

    private static Task<T> OnOneThread<T>(Func<T> run)
    {
        var result = new TaskCompletionSource<T>();
        new Thread(() => result.SetResult(run())).Start();
        return result.Task.Within();
    }
}

internal interface IWhere : IGrainWithStringKey
{
    ValueTask<int> Thread();

    /// <summary>How many turns run on this thread at once.</summary>
    ValueTask<int> Depth();

    ValueTask<int> DepthOf(string other);

    ValueTask<int> DepthOfOther();

    ValueTask<string?> SeenAmbient();
}

internal sealed class WhereGrain : Grain, IWhere
{
    internal static readonly AsyncLocal<string?> Ambient = new();

    [ThreadStatic]
    private static int _depth;

    /// <summary>A grain of another host.</summary>
    internal static IWhere? Other { get; set; }

    public ValueTask<int> Thread() => ValueTask.FromResult(Environment.CurrentManagedThreadId);

    public ValueTask<int> Depth()
    {
        var depth = ++_depth;
        _depth--;
        return ValueTask.FromResult(depth);
    }

    public ValueTask<int> DepthOf(string other) => DepthOf(GrainFactory.GetGrain<IWhere>(other));

    public ValueTask<int> DepthOfOther() => DepthOf(Other!);

    private static ValueTask<int> DepthOf(IWhere other)
    {
        _depth++;
        var call = other.Depth();
        _depth--;
        return call;
    }

    public ValueTask<string?> SeenAmbient()
    {
        var seen = Ambient.Value;
        Ambient.Value = "the turn's";
        return ValueTask.FromResult(seen);
    }
}
