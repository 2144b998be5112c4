using System.Diagnostics.CodeAnalysis;
using Sluice.Actors.Activations;

namespace Sluice.Actors;

/// <summary>
/// Base class of grains. One turn of an activation runs at a time, so a grain needs no locks; state may change across
/// an <c>await</c> only if its class or methods interleave.
/// </summary>
public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain()
    {
    }

    /// <summary>The activation; null in a grain that a test has built by hand.</summary>
    public IGrainContext GrainContext { get; } = IRunningGrain.UnderConstruction!;

    /// <summary>The grain's identity as text, <c>type/key</c>.</summary>
    public string IdentityString => GrainContext?.GrainId.ToString() ?? "";

    /// <summary>References to other grains.</summary>
    protected IGrainFactory GrainFactory => IRunningGrain.Of(this).GrainFactory;

    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    [SuppressMessage("Naming", "CA1725", Justification = "Orleans' names.")]
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    [SuppressMessage("Naming", "CA1725", Justification = "Orleans' names.")]
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <summary>Ends this activation once the requests that run now are done.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps an idle activation for at least that long from now.</summary>
    /// <param name="timeSpan">
    /// <see cref="TimeSpan.MaxValue"/> and <see cref="Timeout.InfiniteTimeSpan"/> are for ever; zero and less take an
    /// earlier delay back.
    /// </param>
    protected void DelayDeactivation(TimeSpan timeSpan) => IRunningGrain.Of(this).DelayDeactivation(timeSpan);
}
