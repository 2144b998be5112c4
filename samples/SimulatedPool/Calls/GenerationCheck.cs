using Sluice.SimulatedPool.Text;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>What a request for text may ask of this pool.</summary>
internal static class GenerationCheck
{
    /// <summary>The first thing that is wrong, or null.</summary>
    /// <param name="request">The request.</param>
    /// <param name="prompt">Its prompt, digested.</param>
    /// <param name="promptName">The parameter that holds the prompt.</param>
    /// <param name="options">What the pool serves.</param>
    public static PoolError? Check(
        GenerationRequest request, PromptDigest prompt, string promptName, SimulatedPoolOptions options)
    {
        if (Model(request.Model, options) is { } wrongModel)
        {
            return wrongModel;
        }

        if (request.N is not (null or 1))
        {
            return PoolError.Invalid("n", "This pool gives one answer for each request: 'n' must be 1.");
        }

        if (request is { StreamOptions: not null, Stream: not true })
        {
            return PoolError.Invalid("stream_options", "'stream_options' is only allowed when 'stream' is true.");
        }

        if (request.MinTokens < 0)
        {
            return PoolError.Invalid("min_tokens", "'min_tokens' must be 0 or more.");
        }

        var tokensMax = request.MaxCompletionTokens ?? request.MaxTokens;
        if (tokensMax < 1)
        {
            var name = request.MaxCompletionTokens is null ? "max_tokens" : "max_completion_tokens";
            return PoolError.Invalid(name, $"'{name}' must be 1 or more.");
        }

        var wanted = (long)prompt.Tokens + (tokensMax ?? 1);
        return wanted > options.ContextTokens
            ? PoolError.ContextExceeded(options.ContextTokens, wanted, promptName)
            : null;
    }

    public static PoolError? Model(string? model, SimulatedPoolOptions options)
    {
        if (string.IsNullOrEmpty(model))
        {
            return PoolError.Missing("model");
        }

        return options.Models.Contains(model) ? null : PoolError.UnknownModel(model);
    }
}
