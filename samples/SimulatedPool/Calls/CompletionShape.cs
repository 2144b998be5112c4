using System.Text;
using System.Text.Json;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Replies of <c>/v1/completions</c>; whole ones and chunks have the same form.</summary>
internal sealed class CompletionShape : ReplyShape
{
    private const string ObjectName = "text_completion";

    public static CompletionShape Instance { get; } = new();

    public override string IdPrefix => "cmpl-";

    public override byte[] Whole(ReplyContent reply)
    {
        var text = Encoding.UTF8.GetString(reply.Answer.Utf8);
        var body = WithUsage(reply.Head, [new TextChoice(0, text, null, reply.Answer.FinishReason)], reply.Usage);
        return JsonSerializer.SerializeToUtf8Bytes(body, PoolJson.Wire.TextReply);
    }

    public override void Open(EventStream stream, ReplyHead head, bool withUsage)
    {
        // A completion has no role to announce.
    }

    public override void Piece(
        EventStream stream, ReplyHead head, string text, string? finishReason, bool withUsage)
    {
        TextChoice[] choices = [new(0, text, null, finishReason)];
        if (withUsage)
        {
            stream.Write(WithUsage(head, choices, usage: null), PoolJson.Wire.TextReply);
        }
        else
        {
            var chunk = new Reply<TextChoice>(head.Id, ObjectName, head.Created, head.Model, choices);
            stream.Write(chunk, PoolJson.Wire.TextChunk);
        }
    }

    public override void Usage(EventStream stream, ReplyHead head, Usage usage) =>
        stream.Write(WithUsage(head, [], usage), PoolJson.Wire.TextReply);

    private static ReplyWithUsage<TextChoice> WithUsage(ReplyHead head, TextChoice[] choices, Usage? usage) =>
        new(head.Id, ObjectName, head.Created, head.Model, choices, usage);
}
