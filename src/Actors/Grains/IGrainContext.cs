namespace Sluice.Actors;

/// <summary>One activation: the life of one grain in memory.</summary>
public interface IGrainContext : IEquatable<IGrainContext>
{
    /// <summary>Whose activation this is.</summary>
    GrainId GrainId { get; }

    /// <summary>The grain object; null until it is built.</summary>
    object? GrainInstance { get; }

    /// <summary>Services of this activation; they are disposed when it ends.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation has ended.</summary>
    Task Deactivated { get; }

    /// <summary>
    /// Ends the activation once the requests that run now are done. Requests that wait go to the next activation.
    /// </summary>
    /// <param name="deactivationReason">Passed to <c>OnDeactivateAsync</c>; the first reason given stands.</param>
    /// <param name="cancellationToken">Passed on as a sign to hurry.</param>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}
