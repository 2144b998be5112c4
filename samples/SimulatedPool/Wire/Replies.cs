using System.Text.Json.Serialization;

namespace Sluice.SimulatedPool.Wire;

/// <summary>Tokens of a request; the total is their sum.</summary>
internal sealed record Usage(int PromptTokens, int CompletionTokens)
{
    public int TotalTokens => PromptTokens + CompletionTokens;
}

/// <summary>A chunk of a stream whose client did not ask for the usage: the field is absent.</summary>
internal record Reply<TChoice>(string Id, string Object, long Created, string Model, TChoice[] Choices);

/// <summary>A whole reply, or a chunk for a client that asked for the usage: null in all chunks but the last.</summary>
internal sealed record ReplyWithUsage<TChoice>(
    string Id, string Object, long Created, string Model, TChoice[] Choices,
    [property: JsonPropertyOrder(1)] Usage? Usage)
    : Reply<TChoice>(Id, Object, Created, Model, Choices);

/// <summary>The answer of a chat, whole.</summary>
internal sealed record ChatChoice(int Index, ChatAnswer Message, string? Logprobs, string FinishReason);

internal sealed record ChatAnswer(string Role, string Content, string? Refusal);

/// <summary>A piece of a chat's answer; only the last has a finish reason.</summary>
internal sealed record ChatPieceChoice(int Index, ChatPiece Delta, string? Logprobs, string? FinishReason);

/// <param name="Role">In the first piece only.</param>
/// <param name="Content">In all pieces but the last.</param>
internal sealed record ChatPiece(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Content);

/// <summary>A completion, whole or a piece of it; only the end has a finish reason.</summary>
internal sealed record TextChoice(int Index, string Text, string? Logprobs, string? FinishReason);
