using System.Diagnostics.CodeAnalysis;

namespace Sluice.Actors;

/// <summary>A call was turned away before it reached its grain: it has not run.</summary>
[SuppressMessage("Design", "CA1032", Justification = "As in Orleans, only the engine makes one.")]
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message)
        : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
