namespace Sluice.Rules.Estimates;

/// <summary>What an input costs a model, as its operators configured it.</summary>
public sealed record InputRule
{
    /// <summary>For a model of which nobody said anything.</summary>
    public static readonly InputRule Default = new();

    /// <summary>What is taken for the most tokens of a text.</summary>
    public TextBound Text { get; init; } = TextBound.Upper;

    /// <summary>Tokens around each message: who speaks, begin and end. 0 or more.</summary>
    public int MessageTokens { get; init; } = 8;

    /// <summary>Tokens once a request: a system prompt that the template adds, the opening of the answer.</summary>
    public int RequestTokens { get; init; } = 32;

    /// <summary>Tokens once a request with tools: how the template tells the model to call them.</summary>
    public int ToolTokens { get; init; } = 256;

    /// <summary>How images are counted.</summary>
    public ImageRule Images { get; init; } = new ImageLargest();

    /// <summary>Tokens of a page of a document, text and picture together; 1 or more.</summary>
    public int PageTokens { get; init; } = 3_000;

    /// <summary>Most pages of a document: what one has whose pages cannot be counted. 1 or more.</summary>
    public int DocumentPagesMax { get; init; } = 100;

    /// <summary>Tokens of a sound or a film; 0 or more.</summary>
    public int OtherMediaTokens { get; init; } = 32_768;

    /// <summary>Tokens that the model takes in at once; what a conversation kept by the pool can have.</summary>
    public int ContextTokens { get; init; } = 131_072;
}

/// <summary>What a request asks a model to read.</summary>
/// <param name="Upper">Tokens at most; 0 or more.</param>
/// <param name="Images">Images; 0 or more.</param>
/// <param name="Pages">Pages of documents; 0 or more.</param>
public readonly record struct InputEstimate(long Upper, long Images, long Pages)
{
    /// <summary>The estimate for a model of this rule.</summary>
    public static InputEstimate Of(InputFacts facts, InputRule rule)
    {
        var pages = facts.Pages + facts.DocumentsOfUnknownLength * rule.DocumentPagesMax;
        var images = facts.ImagesOfUnknownSize * rule.Images.TokensMax;
        foreach (var (size, detail) in facts.Images)
        {
            images += rule.Images.Tokens(size, detail);
        }

        var tokens = facts.Text.Tokens(rule.Text)
            + facts.TokenNumbers
            + facts.Messages * rule.MessageTokens
            + rule.RequestTokens
            + (facts.HasTools ? rule.ToolTokens : 0)
            + images
            + pages * rule.PageTokens
            + facts.OtherMedia * rule.OtherMediaTokens
            + (facts.ContinuesConversation ? rule.ContextTokens : 0);
        return new InputEstimate(tokens, facts.Images.Count + facts.ImagesOfUnknownSize, pages);
    }
}
