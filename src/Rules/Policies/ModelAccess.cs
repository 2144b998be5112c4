using System.Collections.Immutable;

namespace Sluice.Rules.Policies;

/// <summary>What a client may do with a model.</summary>
public enum ModelAnswer
{
    /// <summary>It may not know that the model exists.</summary>
    Hidden,

    /// <summary>It sees the model and may not use it.</summary>
    VisibleOnly,

    Usable,
}

/// <summary>The models of a client, by patterns: a name, or a beginning followed by '*'. Case counts.</summary>
public sealed record ModelAccess(ImmutableArray<string> Usable, ImmutableArray<string> Visible)
{
    public static readonly ModelAccess None = new([], []);

    public ModelAnswer Of(string model)
    {
        if (Any(Usable, model))
        {
            return ModelAnswer.Usable;
        }

        return Any(Visible, model) ? ModelAnswer.VisibleOnly : ModelAnswer.Hidden;
    }

    /// <summary>True for 1 to 256 characters with at most one '*', at the end.</summary>
    public static bool IsPattern(string pattern) =>
        pattern.Length is >= 1 and <= 256 && pattern.IndexOf('*', StringComparison.Ordinal) is var star
        && (star < 0 || star == pattern.Length - 1);

    /// <summary>Whether a model fits one of these patterns.</summary>
    public static bool Any(ImmutableArray<string> patterns, string model)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.EndsWith('*')
                ? model.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
                : model == pattern)
            {
                return true;
            }
        }

        return false;
    }
}
