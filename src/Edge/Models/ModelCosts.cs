using Sluice.Edge.Calls;
using Sluice.Rules.Estimates;

namespace Sluice.Edge.Models;

/// <summary>What calls of a model cost at most, as its operators configured it.</summary>
/// <param name="Input">What it costs to read.</param>
/// <param name="OutputTokensMax">Most tokens of an answer without a stated cap; 0 when it is not known.</param>
/// <param name="StatesOutputCap">True: a cap is written into every request that states none.</param>
/// <param name="ChatCapParameter">The parameter of a chat that a cap is written in.</param>
internal sealed record ModelCost(
    InputRule Input, long OutputTokensMax, bool StatesOutputCap, string ChatCapParameter)
{
    /// <summary>A model of which nobody said anything.</summary>
    public static readonly ModelCost Unknown = new(InputRule.Default, 0, false, "max_tokens");

    /// <summary>The cap of all answers together; 0 when none is known, null when it cannot be counted.</summary>
    public long? OutputOf(PathString path, in CallBodyFacts facts) => Answers(path)
        ? OutputCap.Of(facts.Output.Stated, OutputTokensMax, facts.Output.Answers, facts.Input.Prompts)
        : 0;

    /// <summary>How a body would be made to state a cap; null when it states one, or none is known.</summary>
    /// <param name="path">The route.</param>
    /// <param name="facts">What the body said before it was changed.</param>
    /// <param name="buffer">Where it stands.</param>
    /// <param name="grown">Bytes that it has grown by since.</param>
    public Capping? CappingOf(PathString path, in CallBodyFacts facts, byte[] buffer, int grown)
    {
        if (!Answers(path) || facts.Output.Stated is not null || OutputTokensMax == 0)
        {
            return null;
        }

        var replacesNull = facts.Output.NullAt >= 0;
        var at = replacesNull ? facts.Output.NullAt : facts.EndAt;
        var moved = UsageAsking.PlaceOf(facts) is var place and >= 0 && place <= at ? grown : 0;
        return new Capping(buffer, at + moved, replacesNull, ParameterOf(path), OutputTokensMax);
    }

    private static bool Answers(PathString path) => !path.StartsWithSegments("/v1/embeddings");

    private string ParameterOf(PathString path)
    {
        if (path.StartsWithSegments("/v1/responses"))
        {
            return "max_output_tokens";
        }

        return path.StartsWithSegments("/v1/chat") ? ChatCapParameter : "max_tokens";
    }
}

/// <summary>The cost of each model that a pool serves.</summary>
internal sealed class ModelCosts
{
    private readonly Dictionary<string, ModelCost> _byModel = new(StringComparer.Ordinal);

    public ModelCosts(EdgeOptions options)
    {
        foreach (var model in options.Pools.SelectMany(pool => pool.Models))
        {
            if (options.Models.FirstOrDefault(entry => Fits(entry.Name, model)) is { } known)
            {
                _byModel[model] = new ModelCost(
                    known.ToInputRule(), known.OutputTokensMax, known.StateOutputCap, known.OutputCapParameter);
            }
        }
    }

    public ModelCost Of(string model) => _byModel.GetValueOrDefault(model, ModelCost.Unknown);

    private static bool Fits(string pattern, string model) => pattern.EndsWith('*')
        ? model.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : string.Equals(pattern, model, StringComparison.Ordinal);
}
