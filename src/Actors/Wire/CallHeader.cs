using System.Diagnostics;

namespace Sluice.Actors.Wire;

/// <summary>What stands before the arguments of a call.</summary>
/// <param name="Correlation">Zero for a one-way call.</param>
/// <param name="Method">The number that the sender gave the method.</param>
/// <param name="Milliseconds">What is left of the call's time; zero is without end.</param>
/// <param name="Target">The called grain.</param>
/// <param name="Source">The calling grain; default when the call comes from outside.</param>
/// <param name="Context">The caller's request context; null when it has none.</param>
/// <param name="Trace">The caller's activity; default when there is none.</param>
/// <param name="Forward">The caller cannot reach the owner, and asks a silo that is not to send it on.</param>
internal readonly record struct CallHeader(
    long Correlation, int Method, ulong Milliseconds, GrainId Target, GrainId Source,
    Dictionary<string, object>? Context, ActivityContext Trace, bool Forward);
