using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>What the edge read of a request's body, and the body as it goes to the pool.</summary>
/// <param name="Model">The model asked for.</param>
/// <param name="Stream">True: the client wants a stream.</param>
/// <param name="ClientWantsUsage">True: the client asked for the usage chunk and gets it.</param>
/// <param name="Forwarded">The bytes to forward; the buffer belongs to <see cref="CallBodyMiddleware"/>.</param>
internal sealed record CallBody(string Model, bool Stream, bool ClientWantsUsage, ReadOnlyMemory<byte> Forwarded)
{
    /// <summary>What the model is asked to read.</summary>
    public InputEstimate Input { get; init; }

    /// <summary>
    /// Most tokens of all answers together; 0 when it is not known, or nothing is answered in tokens.
    /// </summary>
    public long OutputCap { get; init; }

    /// <summary>True: it asks to be served before others.</summary>
    public bool Priority { get; init; }

    /// <summary>True: it asks for more than one answer to a prompt.</summary>
    public bool HasManyAnswers { get; init; }

    /// <summary>How to state the cap in the body; null when it is stated, or none is known.</summary>
    public Capping? Capping { get; init; }
}
