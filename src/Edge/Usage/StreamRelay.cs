using System.Buffers;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Sluice.Edge.Pools;

namespace Sluice.Edge.Usage;

/// <summary>
/// A stream of server-sent events, forwarded event by event as they arrive. The chunk that only carries usage is taken
/// out unless the client asked for it, and a stream that breaks ends with an error event, which clients raise, instead
/// of a cut connection, which some take for an end.
/// </summary>
internal static class StreamRelay
{
    private const int ReadBytes = 16 * 1024;

    /// <summary>An event larger than this is no event of a model.</summary>
    public const int EventBytesMax = 1 << 20;

    /// <returns>Null when the whole answer was relayed; otherwise why not.</returns>
    public static async Task<string?> RelayAsync(HttpContext context, ModelCall call, PoolBody source)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        var filled = 0;
        var done = false;
        if (call.Decision is { Held.MayStop: true })
        {
            call.StreamEnd = new StreamEnd(call.Body.HasManyAnswers);
        }

        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                {
                    if (filled >= EventBytesMax)
                    {
                        return await EndWithAsync(PoolError.Garbage, context, "an event without an end");
                    }

                    buffer = RentedBytes.Grow(buffer, filled);
                }

                var reading = source.ReadAsync(buffer.AsMemory(filled), context.RequestAborted);
                if (!reading.IsCompleted && !context.Response.HasStarted)
                {
                    // The pool is thinking: the client learns meanwhile that it was let in. Otherwise the headers
                    // travel with the first event, in one packet.
                    await context.Response.StartAsync(context.RequestAborted);
                }

                var read = await reading;
                if (read.Result is not PoolBodyRead.Bytes)
                {
                    return await EndAsync(read.Result, done && filled == 0, call, context);
                }

                filled += read.Length;
                var taken = Take(buffer.AsSpan(0, filled), call, out var kept, ref done);
                call.NoteUse();
                if (kept > 0)
                {
                    await context.Response.Body.WriteAsync(buffer.AsMemory(0, kept), context.RequestAborted);
                }

                if (taken < 0)
                {
                    return await EndWithAsync(PoolError.Garbage, context, "an event that cannot be read");
                }

                buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                filled -= taken;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Looks through the whole events at the beginning of the buffer and moves those to be forwarded together at its
    /// start.
    /// </summary>
    /// <returns>Bytes of whole events, forwarded or not; below zero when the one behind them cannot be read.</returns>
    private static int Take(Span<byte> buffer, ModelCall call, out int kept, ref bool done)
    {
        var taken = 0;
        kept = 0;
        while (ServerSentEvent.LengthOfFirst(buffer[taken..]) is var length and > 0)
        {
            var whole = buffer.Slice(taken, length);
            taken += length;
            var kind = ServerSentEvent.Judge(whole, out var usage);
            switch (kind)
            {
                case ServerSentEventKind.Garbage:
                    return -1;
                case ServerSentEventKind.Done:
                    done = true;
                    break;
                case ServerSentEventKind.UsageOnly when !call.Body.ClientWantsUsage:
                    call.Usage = usage!.Value;
                    continue;
            }

            call.Usage = usage ?? call.Usage;
            call.Streamed = AnswerText.AddTo(call.Streamed, whole);
            call.StreamEnd?.Forwarded(whole, kind);
            whole.CopyTo(buffer[kept..]);
            kept += length;
        }

        return taken;
    }

    private static Task<string?> EndAsync(PoolBodyRead end, bool done, ModelCall call, HttpContext context) =>
        end switch
        {
            PoolBodyRead.End when done => Task.FromResult<string?>(null),
            _ when call is { StoppedBy: not null, IsCutOff: false } => EndStoppedAsync(done, call, context),
            _ when call.CutOffWith is { } why => EndWithAsync(why, context, why.Code!),
            PoolBodyRead.Idle => EndWithAsync(PoolError.TimedOut, context, "silent for too long"),
            _ => EndWithAsync(PoolError.BrokenOff, context, "cut before its end"),
        };

    /// <summary>A limit is used up: the client gets an answer that ends, as one does whose length is limited.</summary>
    private static async Task<string?> EndStoppedAsync(bool done, ModelCall call, HttpContext context)
    {
        if (done)
        {
            return null; // It had ended by itself.
        }

        call.IsStopped = true;
        var used = SettledUse.Of(call);
        var events = call.StreamEnd!.ToEvents(
            call.Body.ClientWantsUsage ? new TokenUsage(used.Input, used.Output) : null);
        await context.Response.Body.WriteAsync(events, context.RequestAborted);
        return null;
    }

    private static async Task<string?> EndWithAsync(ApiError error, HttpContext context, string reason)
    {
        await context.Response.Body.WriteAsync("data: "u8.ToArray(), context.RequestAborted);
        await context.Response.Body.WriteAsync(error.ToJson(), context.RequestAborted);
        await context.Response.Body.WriteAsync("\n\n"u8.ToArray(), context.RequestAborted);
        return reason;
    }
}
