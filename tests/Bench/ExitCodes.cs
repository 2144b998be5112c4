namespace Sluice.Bench;

internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>A request failed, or a process could not be started: the figures mean nothing.</summary>
    public const int Failed = 1;

    public const int Misused = 2;
}

/// <summary>The benchmark cannot go on. The message is a sentence for whoever started it.</summary>
internal sealed class BenchException(string message) : Exception(message);
