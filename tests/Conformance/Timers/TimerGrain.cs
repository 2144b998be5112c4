using System.Globalization;
using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Timers;

[Alias("conformance.ITicking")]
public interface ITicking : IGrainWithStringKey
{
    /// <summary>Starts a timer that notes its ticks under that name.</summary>
    /// <param name="name">Of the timer.</param>
    /// <param name="periodMilliseconds">Also until the first tick; zero ticks once, at once.</param>
    /// <param name="interleave">Whether it ticks beside requests.</param>
    [Alias("Start")]
    Task Start(string name, int periodMilliseconds, bool interleave);

    /// <summary>Starts a timer whose ticks wait for the gate, and note when they begin and end.</summary>
    [Alias("StartSlow")]
    Task StartSlow(string name, int periodMilliseconds, string gate);

    /// <summary>Starts a timer whose ticks fail.</summary>
    [Alias("StartFailing")]
    Task StartFailing(string name);

    /// <summary>Starts a timer that disposes itself in its third tick.</summary>
    [Alias("StartThree")]
    Task StartThree(string name);

    /// <summary>Starts a timer that is due in an hour, then plans it anew.</summary>
    [Alias("StartChanged")]
    Task StartChanged(string name);

    [Alias("Hold")]
    Task Hold(string gate);

    [Alias("Leave")]
    Task Leave();

    /// <summary>A number that each activation has for itself.</summary>
    [Alias("Activation")]
    Task<long> Activation();
}

public sealed class TickingGrain(Board board) : Grain, ITicking
{
    private readonly long _number = board.NextNumber();
    private int _inside;

    private string Key => this.GetPrimaryKeyString();

    public Task Start(string name, int periodMilliseconds, bool interleave)
    {
        var period = periodMilliseconds == 0
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromMilliseconds(periodMilliseconds);
        this.RegisterGrainTimer(
            () => Tick(name),
            new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(periodMilliseconds), period)
            {
                Interleave = interleave,
            });
        return Task.CompletedTask;
    }

    public Task StartSlow(string name, int periodMilliseconds, string gate)
    {
        var period = TimeSpan.FromMilliseconds(periodMilliseconds);
        this.RegisterGrainTimer(
            async (state, cancellation) =>
            {
                board.Note($"{Key} {name} begins", Now());
                await board.Opened(state).WaitAsync(cancellation);
                board.Note($"{Key} {name} ends", Now());
            },
            gate, period, period);
        return Task.CompletedTask;
    }

    public Task StartFailing(string name)
    {
        var period = TimeSpan.FromMilliseconds(5);
        this.RegisterGrainTimer(
            () =>
            {
                board.Note(Key, name);
                throw new InvalidOperationException("This tick fails, as its test wants.");
            },
            period, period);
        return Task.CompletedTask;
    }

    public Task StartThree(string name)
    {
        var period = TimeSpan.FromMilliseconds(5);
        IGrainTimer? timer = null;
        var left = 3;
        timer = this.RegisterGrainTimer(
            () =>
            {
                board.Note(Key, name);
                if (--left == 0)
                {
                    timer!.Dispose();
                }

                return Task.CompletedTask;
            },
            period, period);
        return Task.CompletedTask;
    }

    public Task StartChanged(string name)
    {
        var hour = TimeSpan.FromHours(1);
        var timer = this.RegisterGrainTimer(() => Tick(name), hour, hour);
        timer.Change(TimeSpan.FromMilliseconds(5), Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public async Task Hold(string gate)
    {
        board.Note(Key, "holds");
        await board.Opened(gate);
        board.Note(Key, "held");
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        board.Note(Key, $"gone {_number}");
        return Task.CompletedTask;
    }

    public Task<long> Activation() => Task.FromResult(_number);

    private async Task Tick(string name)
    {
        board.Note($"{Key} inside {name}", $"{++_inside}");
        board.Note(Key, $"{name} {_number}");
        await Task.Yield();
        await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        _inside--;
    }

    private static string Now() => TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture);
}
