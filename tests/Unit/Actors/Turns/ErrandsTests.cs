using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;
using Sluice.Actors.Wire;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Turns;

/// <summary>What the thread that reads a connection does itself. Each test has a thread of its own.</summary>
public sealed class ErrandsTests
{
    private static readonly ThreadPoolTurnScheduler Scheduler = new();

    [Fact]
    public Task Turns_that_a_read_sets_off_run_on_its_thread_once_the_next_read_is_under_way() => OnOwnThread(() =>
    {
        var (reading, turns) = (new ManualRead(), new Turns());
        Errands.Begin();
        Scheduler.Schedule(turns);
        Assert.Equal(0, turns.RanOn);

        turns.OnRun = () => Assert.True(reading.IsAwaited);
        new ReadAwaitable(reading.Task).GetAwaiter().UnsafeOnCompleted(() => { });

        Assert.Equal(Environment.CurrentManagedThreadId, turns.RanOn);
    });

    [Fact]
    public Task A_second_activation_goes_to_the_pool_at_once() => OnOwnThread(() =>
    {
        var (first, second) = (new Turns(), new Turns());
        Errands.Begin();
        Scheduler.Schedule(first);
        Scheduler.Schedule(second);

        Assert.NotEqual(Environment.CurrentManagedThreadId, second.Ran.Task.Within().GetAwaiter().GetResult());
        Assert.Equal(0, first.RanOn);
        Errands.End().Do();
        Assert.Equal(Environment.CurrentManagedThreadId, first.RanOn);
    });

    /// <summary>Guards what comes behind: a thread that has more to read does nothing else.</summary>
    [Fact]
    public Task Where_there_is_more_to_read_errands_are_handed_on() => OnOwnThread(() =>
    {
        var turns = new Turns();
        Errands.Begin();
        Scheduler.Schedule(turns);

        Assert.True(new ReadAwaitable(ValueTask.FromResult(default(ReadResult))).IsCompleted);

        Assert.NotEqual(Environment.CurrentManagedThreadId, turns.Ran.Task.Within().GetAwaiter().GetResult());
    });

    /// <summary>Guards every other thread, and this one afterwards: who does not read takes nothing.</summary>
    [Fact]
    public Task Without_a_read_nothing_is_taken() => OnOwnThread(() =>
    {
        Assert.False(Errands.TryTake(new Turns()));
        Errands.Begin();
        Errands.End();
        Assert.False(Errands.TryTake(new Turns()));
    });

    /// <summary>Guards the pool: what turns set off while they run as an errand is nobody's errand again.</summary>
    [Fact]
    public Task Turns_that_turns_set_off_go_to_the_pool() => OnOwnThread(() =>
    {
        var (outer, inner) = (new Turns(), new Turns());
        outer.OnRun = () => Scheduler.Schedule(inner);
        Errands.Begin();
        Scheduler.Schedule(outer);
        Errands.End().Do();

        Assert.NotEqual(Environment.CurrentManagedThreadId, inner.Ran.Task.Within().GetAwaiter().GetResult());
    });

    private static Task OnOwnThread(Action run)
    {
        var ended = new TaskCompletionSource();
        new Thread(() =>
        {
            try
            {
                run();
                ended.SetResult();
            }
            catch (Exception e)
            {
                ended.SetException(e);
            }
        }).Start();
        return ended.Task.Within();
    }

    private sealed class Turns : IThreadPoolWorkItem
    {
        public int RanOn { get; private set; }

        public TaskCompletionSource<int> Ran { get; } = new();

        public Action? OnRun { get; set; }

        public void Execute()
        {
            RanOn = Environment.CurrentManagedThreadId;
            OnRun?.Invoke();
            Ran.SetResult(RanOn);
        }
    }

    /// <summary>A read that somebody waits for, and that never ends.</summary>
    private sealed class ManualRead : IValueTaskSource<ReadResult>
    {
        public bool IsAwaited { get; private set; }

        public ValueTask<ReadResult> Task => new(this, 0);

        public ReadResult GetResult(short token) => throw new InvalidOperationException("It has not ended.");

        public ValueTaskSourceStatus GetStatus(short token) =>
            ValueTaskSourceStatus.Pending;

        public void OnCompleted(
            Action<object?> continuation, object? state, short token,
            ValueTaskSourceOnCompletedFlags flags) => IsAwaited = true;
    }
}
