namespace Sluice.Rules.Estimates;

/// <summary>
/// How long the answers to one client were, by model: what its reservations of output rest on. It knows a bounded
/// number of models, whatever names a client thinks of; beyond them, the one that was heard of longest ago is
/// forgotten. One owner changes it in place.
/// </summary>
/// <param name="rule">What to reserve.</param>
public sealed class AnswerLengths(OutputRule rule)
{
    /// <summary>Most models that are known at a time; some 300 bytes each.</summary>
    public const int ModelsMax = 32;

    private readonly Dictionary<string, (OutputSketch Sketch, long HeardAt)> _byModel = new(StringComparer.Ordinal);
    private long _heard;

    /// <summary>Models that something is known of; at most <see cref="ModelsMax"/>.</summary>
    public int Models => _byModel.Count;

    /// <summary>Tokens of output to reserve for a call of this model; at most the cap when there is one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cap">The most that it answers; 0 when that is not known.</param>
    public long Estimate(string model, long cap)
    {
        _byModel.TryGetValue(model, out var known);
        return rule.Estimate(known.Sketch, default, cap);
    }

    /// <summary>An answer has ended, and the pool said how long it was.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="tokens">Tokens of all answers to the call together; below 0 counts as 0.</param>
    public void Learn(string model, long tokens)
    {
        if (!_byModel.TryGetValue(model, out var known) && _byModel.Count == ModelsMax)
        {
            _byModel.Remove(_byModel.MinBy(entry => entry.Value.HeardAt).Key);
        }

        _byModel[model] = (known.Sketch.Observe(tokens), ++_heard);
    }
}
