using Sluice.Actors.Activations;

namespace Sluice.Actors.Turns;

/// <summary>
/// Brings every continuation of grain code back to its activation, and tells for whom that code runs. One per request:
/// code that outlives its request keeps the activation but is no longer taken for a request that waits.
/// </summary>
internal sealed class TurnContext(Activation activation, WorkItem? request) : SynchronizationContext
{
    internal Activation Activation => activation;

    /// <summary>The request whose code this is; null once it is done.</summary>
    internal WorkItem? Request { get; set; } = request;

    public override void Post(SendOrPostCallback d, object? state) => activation.Post(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A grain's turn cannot be waited for; use await.");

    public override SynchronizationContext CreateCopy() => this;
}
