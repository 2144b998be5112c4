using System.Diagnostics.CodeAnalysis;

namespace Sluice.Actors;

/// <summary>The kinds of reasons for which an activation ends. All of Orleans' values, so that numbers agree.</summary>
[SuppressMessage("Design", "CA1008", Justification = "Orleans' names.")]
public enum DeactivationReasonCode : byte
{
    None = 0,
    ShuttingDown = 1,
    ActivationFailed = 2,
    DirectoryFailure = 3,
    ActivationIdle = 4,
    ActivationUnresponsive = 5,
    DuplicateActivation = 6,
    IncompatibleRequest = 7,
    ApplicationError = 8,
    ApplicationRequested = 9,
    Migrating = 10,
    RuntimeRequested = 11,
    HighMemoryPressure = 12,
}
