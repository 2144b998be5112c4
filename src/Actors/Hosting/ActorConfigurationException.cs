namespace Sluice.Actors.Hosting;

/// <summary>The host cannot start. Names every mistake found, not only the first.</summary>
public sealed class ActorConfigurationException : Exception
{
    internal ActorConfigurationException(IReadOnlyList<string> mistakes)
        : base(string.Join($"{Environment.NewLine}- ", mistakes.Prepend("The actor host cannot start:"))) =>
        Mistakes = mistakes;

    /// <summary>One sentence each, with the remedy.</summary>
    public IReadOnlyList<string> Mistakes { get; }
}
