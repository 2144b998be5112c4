using System.Diagnostics.CodeAnalysis;

namespace Sluice.Edge.Degraded;

/// <summary>
/// The client's grain is known to be out of reach and its plan has no room: refused without waiting for it once more.
/// </summary>
/// <param name="retryAfter">When to ask again; not the same for all.</param>
[SuppressMessage("Design", "CA1032", Justification = "It always says when to ask again.")]
internal sealed class OutageException(TimeSpan retryAfter)
    : Exception("The client's silo cannot be reached, and has not been for some time.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
