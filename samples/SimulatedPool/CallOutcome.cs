namespace Sluice.SimulatedPool;

/// <summary>How a call ended. Every call ends in exactly one of these ways.</summary>
internal enum CallOutcome
{
    /// <summary>Answered in full.</summary>
    Completed,

    /// <summary>Answered with an error status.</summary>
    Refused,

    /// <summary>The client was gone before the answer was complete.</summary>
    Aborted,

    /// <summary>Broken off, or answered with garbage, because a test asked for it.</summary>
    Failed,
}
