namespace Sluice.SimulatedPool.Wire;

/// <summary>What requests for text share. Parameters that are not listed (temperature …) are ignored.</summary>
internal abstract class GenerationRequest
{
    public string? Model { get; set; }

    /// <summary>Most tokens of the answer, 1 or more; absent: as many as the context has room for.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>Newer name of <see cref="MaxTokens"/>, which it overrules.</summary>
    public int? MaxCompletionTokens { get; set; }

    /// <summary>vLLM's extension: the answer does not end by itself before.</summary>
    public int? MinTokens { get; set; }

    /// <summary>vLLM's extension, used by its benchmarks: the answer has exactly the most tokens.</summary>
    public bool? IgnoreEos { get; set; }

    /// <summary>Answers wanted; the pool gives one.</summary>
    public int? N { get; set; }

    public bool? Stream { get; set; }

    /// <summary>Allowed with <see cref="Stream"/> only.</summary>
    public StreamOptions? StreamOptions { get; set; }

    /// <summary>Up to four texts before which the answer ends.</summary>
    public StopSequences? Stop { get; set; }
}

/// <summary>Body of <c>/v1/chat/completions</c>.</summary>
internal sealed class ChatRequest : GenerationRequest
{
    public List<ChatMessage>? Messages { get; set; }
}

/// <summary>Body of <c>/v1/completions</c>.</summary>
internal sealed class CompletionRequest : GenerationRequest
{
    /// <summary>One text or one list of token numbers; a list of several prompts is refused.</summary>
    public PromptList? Prompt { get; set; }
}

/// <summary>One turn of a conversation; who said it does not change the answer.</summary>
internal readonly record struct ChatMessage(MessageContent Content);

/// <param name="IncludeUsage">True: one more chunk with the usage, and <c>usage: null</c> in all others.</param>
internal sealed record StreamOptions(bool? IncludeUsage);
