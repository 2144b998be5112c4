namespace Sluice.Daemon;

/// <summary>How a process of ours ends.</summary>
public static class ExitCodes
{
    /// <summary>It was asked to stop, and did; or it only had to explain itself.</summary>
    public const int Done = 0;

    /// <summary>It could not start, or could not go on. Starting it again may help.</summary>
    public const int Failed = 1;

    /// <summary>It was started wrongly. Only another command line, file or environment helps.</summary>
    public const int Misused = 2;

    /// <summary>Added to the number of the signal that ended it at once, as shells do.</summary>
    public const int Signalled = 128;
}
