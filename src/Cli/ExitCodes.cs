namespace Sluice.Cli;

/// <summary>What the command says to a script.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>What was looked at is not as it must be.</summary>
    public const int Broken = 1;

    /// <summary>It could not be looked at: the command, or a file that it names, is wrong.</summary>
    public const int CannotTell = 2;
}
