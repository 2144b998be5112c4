using System.Text;
using System.Text.Json;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Replies of <c>/v1/chat/completions</c>.</summary>
internal sealed class ChatShape : ReplyShape
{
    private const string WholeObject = "chat.completion";
    private const string ChunkObject = "chat.completion.chunk";
    private const string Role = "assistant";

    public static ChatShape Instance { get; } = new();

    public override string IdPrefix => "chatcmpl-";

    public override byte[] Whole(ReplyContent reply)
    {
        var message = new ChatAnswer(Role, Encoding.UTF8.GetString(reply.Answer.Utf8), Refusal: null);
        var choice = new ChatChoice(0, message, Logprobs: null, reply.Answer.FinishReason);
        var body = new ReplyWithUsage<ChatChoice>(
            reply.Head.Id, WholeObject, reply.Head.Created, reply.Head.Model, [choice], reply.Usage);
        return JsonSerializer.SerializeToUtf8Bytes(body, PoolJson.Wire.ChatReply);
    }

    public override void Open(EventStream stream, ReplyHead head, bool withUsage) =>
        Chunk(stream, head, [new ChatPieceChoice(0, new ChatPiece(Role, ""), null, null)], withUsage, usage: null);

    public override void Piece(
        EventStream stream, ReplyHead head, string text, string? finishReason, bool withUsage)
    {
        var delta = new ChatPiece(Role: null, finishReason is null ? text : null);
        Chunk(stream, head, [new ChatPieceChoice(0, delta, null, finishReason)], withUsage, usage: null);
    }

    public override void Usage(EventStream stream, ReplyHead head, Usage usage) =>
        Chunk(stream, head, [], withUsage: true, usage);

    private static void Chunk(
        EventStream stream, ReplyHead head, ChatPieceChoice[] choices, bool withUsage, Usage? usage)
    {
        if (withUsage)
        {
            var chunk = new ReplyWithUsage<ChatPieceChoice>(
                head.Id, ChunkObject, head.Created, head.Model, choices, usage);
            stream.Write(chunk, PoolJson.Wire.ChatChunkWithUsage);
        }
        else
        {
            var chunk = new Reply<ChatPieceChoice>(head.Id, ChunkObject, head.Created, head.Model, choices);
            stream.Write(chunk, PoolJson.Wire.ChatChunk);
        }
    }
}
