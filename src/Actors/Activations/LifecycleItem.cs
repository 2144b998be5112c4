using Sluice.Actors.Turns;

namespace Sluice.Actors.Activations;

/// <summary>The first or the last thing an activation does. Nothing else runs meanwhile.</summary>
internal abstract class LifecycleItem(Activation activation, CancellationToken soon) : AsyncWorkItem
{
    private readonly CancellationTokenSource _hurry = CancellationTokenSource.CreateLinkedTokenSource(soon);

    internal override Interleaving Interleaving => Interleaving.None;

    protected Activation Owner => activation;

    protected CancellationToken Token => _hurry.Token;

    /// <summary>
    /// The time for it is over: its token says so. It is not cut off, for then two could be alive at once.
    /// </summary>
    internal void Hurry()
    {
        activation.Host.LogOverdue(Name);
        _hurry.Cancel();
    }
}

/// <summary>Builds the grain and activates it.</summary>
internal sealed class BeginItem : LifecycleItem
{
    internal BeginItem(Activation activation)
        : base(activation, default) =>
            Deadline = activation.Host.Clock.After(activation.Host.Options.ActivationTimeout);

    internal override string Name => $"{Owner.GrainId}.OnActivateAsync";

    internal override void Ended() => Owner.Begun(Failure);

    protected override Task Run() => Owner.Begin(Token);
}

/// <summary>Deactivates the grain and disposes it.</summary>
internal sealed class EndItem : LifecycleItem
{
    private readonly DeactivationReason _reason;

    internal EndItem(Activation activation, DeactivationReason reason)
        : base(activation, activation.EndingSoon)
    {
        _reason = reason;
        Deadline = activation.Host.Clock.After(activation.Host.Options.DeactivationTimeout);
    }

    internal override string Name => $"{Owner.GrainId}.OnDeactivateAsync";

    internal override void Ended() => Owner.Die(null);

    protected override Task Run() => Owner.Close(_reason, Token);
}
