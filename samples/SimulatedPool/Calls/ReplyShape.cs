using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>How one endpoint shapes its reply, whole or in pieces.</summary>
internal abstract class ReplyShape
{
    public abstract string IdPrefix { get; }

    /// <summary>The body of a reply that is not streamed.</summary>
    public abstract byte[] Whole(ReplyContent reply);

    /// <summary>What a stream begins with, before any token; nothing unless the endpoint has such a thing.</summary>
    public abstract void Open(EventStream stream, ReplyHead head, bool withUsage);

    /// <param name="stream">Where to.</param>
    /// <param name="head">What every chunk repeats.</param>
    /// <param name="text">The text; empty in the last piece.</param>
    /// <param name="finishReason">Null in all pieces but the last.</param>
    /// <param name="withUsage">Whether chunks carry <c>usage: null</c>.</param>
    public abstract void Piece(
        EventStream stream, ReplyHead head, string text, string? finishReason, bool withUsage);

    /// <summary>The extra chunk without choices.</summary>
    public abstract void Usage(EventStream stream, ReplyHead head, Usage usage);
}
