using Sluice.Conformance.Engines;

namespace Sluice.Conformance.Activations;

/// <summary>Grains that tell when they begin and end, and differ in what keeps them.</summary>
public abstract class IdleGrain(Board board) : Grain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        board.Note(this.GetPrimaryKeyString(), "began");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        board.Note(this.GetPrimaryKeyString(), $"ended: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public virtual Task Touch() => Task.CompletedTask;
}

[Alias("conformance.IIdle")]
public interface IIdle : IGrainWithStringKey
{
    [Alias("Touch")]
    Task Touch();

    /// <summary>Asks not to be ended for that long.</summary>
    [Alias("Stay")]
    Task Stay(TimeSpan time);

    [Alias("Tick")]
    Task Tick(bool keepAlive);
}

public sealed class PlainIdleGrain(Board board) : IdleGrain(board), IIdle
{
    public Task Stay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task Tick(bool keepAlive)
    {
        var tenth = TimeSpan.FromMilliseconds(100);
        this.RegisterGrainTimer(
            () => Task.CompletedTask, new GrainTimerCreationOptions(tenth, tenth) { KeepAlive = keepAlive });
        return Task.CompletedTask;
    }
}

[Alias("conformance.IIdleForAWhile")]
public interface IIdleForAWhile : IGrainWithStringKey
{
    [Alias("Touch")]
    Task Touch();
}

/// <summary>
/// More than a minute, which is the shortest limit, and how often Orleans looks unless told otherwise.
/// </summary>
[CollectionAgeLimit(Minutes = 2)]
public sealed class LongIdleGrain(Board board) : IdleGrain(board), IIdleForAWhile;

[Alias("conformance.IIdleForEver")]
public interface IIdleForEver : IGrainWithStringKey
{
    [Alias("Touch")]
    Task Touch();
}

[KeepAlive]
public sealed class KeptIdleGrain(Board board) : IdleGrain(board), IIdleForEver;
