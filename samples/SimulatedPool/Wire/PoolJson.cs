using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.SimulatedPool.Wire;

/// <summary>All JSON of the pool, generated at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(EmbeddingRequest))]
[JsonSerializable(typeof(ReplyWithUsage<ChatChoice>), TypeInfoPropertyName = "ChatReply")]
[JsonSerializable(typeof(Reply<ChatPieceChoice>), TypeInfoPropertyName = "ChatChunk")]
[JsonSerializable(typeof(ReplyWithUsage<ChatPieceChoice>), TypeInfoPropertyName = "ChatChunkWithUsage")]
[JsonSerializable(typeof(Reply<TextChoice>), TypeInfoPropertyName = "TextChunk")]
[JsonSerializable(typeof(ReplyWithUsage<TextChoice>), TypeInfoPropertyName = "TextReply")]
[JsonSerializable(typeof(EmbeddingReply))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelCard))]
[JsonSerializable(typeof(VersionReply))]
[JsonSerializable(typeof(ErrorReply))]
internal sealed partial class PoolJson : JsonSerializerContext
{
    /// <summary>For every body. As in vLLM, characters beyond ASCII are written as they are, not escaped.</summary>
    public static PoolJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The same for a writer made by hand, which does not look at serializer options.</summary>
    public static JsonWriterOptions Writer { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };
}
