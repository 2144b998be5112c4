using System.Buffers;
using Sluice.Edge.Calls;
using Sluice.Edge.Pools;

namespace Sluice.Edge.Usage;

/// <summary>
/// An answer in one document. A small one is read whole before anything is sent, so that garbage can still be an error;
/// a large one is forwarded as it arrives.
/// </summary>
internal static class DocumentRelay
{
    /// <summary>Documents up to this size are looked into; of larger ones, only what they say they used.</summary>
    public const int BytesRead = 256 * 1024;

    private const int FirstBytes = 8 * 1024; // Without a length, most answers fit.

    /// <param name="context">Of the request.</param>
    /// <param name="call">Its call.</param>
    /// <param name="source">The pool's answer.</param>
    /// <param name="length">Bytes that the pool says it is long; null when it does not say.</param>
    /// <param name="success">Whether its tokens count.</param>
    /// <returns>Null when the whole answer was relayed; otherwise why not.</returns>
    public static async Task<string?> RelayAsync(
        HttpContext context, ModelCall call, PoolBody source, long? length, bool success)
    {
        var clientGone = context.RequestAborted;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(length ?? FirstBytes, 1, BytesRead));
        try
        {
            var filled = 0;
            var read = default((PoolBodyRead Result, int Length));
            while (filled < BytesRead)
            {
                if (filled == buffer.Length)
                {
                    buffer = RentedBytes.Grow(buffer, filled);
                }

                read = await source.ReadAsync(buffer.AsMemory(filled), clientGone);
                if (read.Result is not PoolBodyRead.Bytes)
                {
                    break;
                }

                filled += read.Length;
            }

            if (read.Result is PoolBodyRead.Broken or PoolBodyRead.Idle)
            {
                var broken = read.Result is PoolBodyRead.Idle ? PoolError.TimedOut : PoolError.BrokenOff;
                await (call.CutOffWith ?? broken).WriteAsync(context);
                return call.CutOffWith?.Code ?? read.Result.ToString();
            }

            if (read.Result is PoolBodyRead.End)
            {
                return await SendWholeAsync(context, call, buffer.AsMemory(0, filled), success);
            }

            var tail = new DocumentTail();
            call.Streamed = AnswerText.AddTo(call.Streamed, buffer.AsSpan(0, filled));
            tail.Add(buffer.AsSpan(0, filled));
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, filled), clientGone);
            var ended = await SendRestAsync(context, source, buffer, tail);
            call.Usage = success && ended is null ? tail.Usage() ?? default : default;
            return ended;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<string?> SendWholeAsync(
        HttpContext context, ModelCall call, ReadOnlyMemory<byte> document, bool success)
    {
        var facts = AnswerReader.Read(document.Span);
        if (!facts.Valid)
        {
            await PoolError.Garbage.WriteAsync(context);
            return null; // Read to its end all the same: the connection is good for another call.
        }

        if (success)
        {
            call.Usage = facts.Usage ?? default;
            call.Streamed = AnswerText.AddTo(call.Streamed, document.Span);
        }

        context.Response.ContentLength = document.Length;
        await context.Response.Body.WriteAsync(document, context.RequestAborted);
        return null;
    }

    private static async Task<string?> SendRestAsync(
        HttpContext context, PoolBody source, byte[] buffer, DocumentTail tail)
    {
        while (true)
        {
            var read = await source.ReadAsync(buffer, context.RequestAborted);
            switch (read.Result)
            {
                case PoolBodyRead.Bytes:
                    tail.Add(buffer.AsSpan(0, read.Length));
                    await context.Response.Body.WriteAsync(buffer.AsMemory(0, read.Length), context.RequestAborted);
                    break;
                case PoolBodyRead.End:
                    return null;
                default:
                    context.Abort(); // Half a document cannot be ended in good order; the client must see that.
                    return read.Result.ToString();
            }
        }
    }
}
