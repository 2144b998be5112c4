using Sluice.SimulatedPool.Batching;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Sends a reply in one piece, once the batch has produced all of it.</summary>
internal static class WholeReply
{
    /// <exception cref="SimulatedCutException">The request asked to be cut off in the middle.</exception>
    public static async Task SendAsync(PoolCall call, Sequence sequence, ReplyShape shape, ReplyContent reply)
    {
        var cut = call.Failure.CutAfterTokens < reply.Answer.Tokens ? call.Failure.CutAfterTokens : null;
        var wanted = cut ?? sequence.Size.OutputTokens;
        var produced = 0;
        while (produced < wanted)
        {
            produced += await sequence.NextAsync(wanted - produced, call.Aborted);
        }

        var json = shape.Whole(reply);
        if (cut is not null)
        {
            await ReplyWriter.WriteHalfAsync(call.Context.Response, json, call.Aborted);
        }

        ReplyWriter.Write(call.Context.Response, json);
    }
}
