namespace Sluice.Daemon.Settings;

/// <summary>The settings cannot be used.</summary>
/// <param name="mistakes">Every one, each a sentence with its place and what to do. None holds a secret.</param>
public sealed class RefusedSettingsException(IReadOnlyList<string> mistakes)
    : Exception(string.Join(Environment.NewLine, mistakes))
{
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
