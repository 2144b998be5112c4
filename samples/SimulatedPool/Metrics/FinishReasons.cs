namespace Sluice.SimulatedPool.Metrics;

/// <summary>Why an answer ended, in the words of the OpenAI and the vLLM interfaces.</summary>
internal static class FinishReasons
{
    /// <summary>The model stopped by itself, or at a stop sequence.</summary>
    public const string Stop = "stop";

    /// <summary>The token limit was reached.</summary>
    public const string Length = "length";

    /// <summary>The client went away. Only the metrics say it.</summary>
    public const string Abort = "abort";

    public static readonly string[] All = [Stop, Length, Abort];
}
