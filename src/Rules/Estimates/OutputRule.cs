namespace Sluice.Rules.Estimates;

/// <summary>
/// How many tokens of output are reserved for a call: a fifth more than what the client's answers of this model seldom
/// pass, and never less than half of what those of all clients seldom pass. The second part is why nobody gains by
/// teaching short answers before a burst of long ones.
/// </summary>
/// <param name="Floor">Least that is reserved, unless the cap is lower; 1 or more.</param>
/// <param name="AnswersLeast">Answers before a sketch is believed; 1 or more.</param>
public readonly record struct OutputRule(long Floor, int AnswersLeast)
{
    /// <summary>64 tokens, 20 answers.</summary>
    public static readonly OutputRule Default = new(64, 20);

    /// <summary>What is reserved when nothing is known: no cap, and too few answers.</summary>
    public const long Unknown = 4_096;

    /// <summary>Tokens to reserve; at most the cap when there is one.</summary>
    /// <param name="client">Answers of this model to this client.</param>
    /// <param name="model">Answers of this model to all clients, merged of theirs.</param>
    /// <param name="cap">See <see cref="OutputCap"/>; 0 when none is known.</param>
    public long Estimate(OutputSketch client, OutputSketch model, long cap)
    {
        var most = cap > 0 ? cap : long.MaxValue;
        var (ofClient, ofModel) = (client.Answers >= AnswersLeast, model.Answers >= AnswersLeast);
        if (!ofClient && !ofModel)
        {
            return cap > 0 ? cap : Math.Max(Floor, Unknown);
        }

        // A client that is new is taken for one like all others.
        var half = ofModel ? (ofClient ? (model.P95 + 1) / 2 : model.P95) : 0;
        var learned = Math.Max(ofClient ? client.P95 : 0, half);
        return Math.Min(Math.Max(Floor, (learned * 6 + 4) / 5), most);
    }
}
