namespace Sluice.Actors;

/// <summary>What the host asks of a grain class. <see cref="Grain"/> is the usual way to be one.</summary>
public interface IGrainBase
{
    /// <summary>The activation this instance serves.</summary>
    IGrainContext GrainContext { get; }

    /// <summary>Runs after the state was read and before the first call. Throwing fails that call and discards the
    /// activation; the next call tries again.</summary>
    Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>Runs after the last call. What it throws is logged; nothing waits for a second try.</summary>
    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
}
