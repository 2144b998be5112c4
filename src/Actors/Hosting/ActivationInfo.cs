namespace Sluice.Actors.Hosting;

/// <summary>One activation, looked at from outside: nothing is activated, and no turn is waited for.</summary>
/// <param name="GrainId">Whose activation it is.</param>
/// <param name="GrainClass">The grain's class.</param>
/// <param name="State">Created, Activating, Active, Deactivating or Dead.</param>
/// <param name="Waiting">Requests that have not begun.</param>
/// <param name="Running">The oldest request that runs, as <c>type/key.Method</c>; null when none does.</param>
/// <param name="LastCallUtc">When the last request began, to the precision of the host's sweep.</param>
/// <param name="CreatedUtc">When it was made, to the same precision.</param>
public sealed record ActivationInfo(
    GrainId GrainId, Type GrainClass, string State, int Waiting, string? Running, DateTimeOffset LastCallUtc,
    DateTimeOffset CreatedUtc);
