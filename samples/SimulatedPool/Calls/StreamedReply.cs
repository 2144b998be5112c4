using Sluice.SimulatedPool.Batching;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Sends a reply token by token, as the batch produces them.</summary>
internal sealed class StreamedReply(PoolCall call, Sequence sequence, ReplyShape shape, bool withUsage)
{
    /// <exception cref="SimulatedCutException">The request asked to be cut off here.</exception>
    public async Task SendAsync(ReplyContent reply)
    {
        var response = call.Context.Response;
        response.ContentType = ReplyWriter.EventStreamType;
        response.Headers.CacheControl = "no-cache";
        using var stream = new EventStream(response.BodyWriter);
        shape.Open(stream, reply.Head, withUsage);
        if (call.Failure.HangAfterTokens == 0)
        {
            await stream.FlushAsync(call.Aborted); // Otherwise the opening leaves with the first token.
        }

        await SendTokensAsync(stream, reply);

        // The end is not flushed: it leaves when the handler has returned and the call has been counted as over.
        shape.Piece(stream, reply.Head, "", reply.Answer.FinishReason, withUsage);
        if (withUsage)
        {
            shape.Usage(stream, reply.Head, reply.Usage);
        }

        stream.WriteDone();
    }

    private async Task SendTokensAsync(EventStream stream, ReplyContent reply)
    {
        var sent = 0;
        var count = 1;
        while (count > 0)
        {
            if (sent == call.Failure.CutAfterTokens && sent < reply.Answer.Tokens)
            {
                await stream.FlushAsync(call.Aborted);
                throw new SimulatedCutException();
            }

            count = await sequence.NextAsync(1, call.Aborted);
            if (count > 0)
            {
                shape.Piece(stream, reply.Head, reply.Answer.Piece(sent, count), finishReason: null, withUsage);
                await stream.FlushAsync(call.Aborted);
                sent += count;
            }
        }
    }
}
