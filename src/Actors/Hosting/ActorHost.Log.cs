using Microsoft.Extensions.Logging;
using Sluice.Actors.Calls;

namespace Sluice.Actors.Hosting;

/// <summary>What the host logs. Never an argument or a result of a call.</summary>
public sealed partial class ActorHost
{
    internal void LogOneWayFailed(GrainCall call, Exception failure) => LogOneWayFailed(call.Name, failure);

    [LoggerMessage(4001, LogLevel.Information, "The actor host runs {Count} grain classes.")]
    private partial void LogStarted(int count);

    [LoggerMessage(4002, LogLevel.Information, "The actor host is stopping; {Count} activations are left.")]
    private partial void LogStopping(int count);

    [LoggerMessage(4003, LogLevel.Information, "The actor host has stopped.")]
    private partial void LogStopped();

    [LoggerMessage(4004, LogLevel.Warning, "Stopping left {Grain} behind, which was running {Running}.")]
    private partial void LogAbandoned(GrainId grain, string? running);

    [LoggerMessage(4005, LogLevel.Error, "{Grain} could not be activated; the next call tries again.")]
    internal partial void LogActivationFailed(GrainId grain, Exception failure);

    [LoggerMessage(4006, LogLevel.Error, "{Grain} failed while it was deactivated.")]
    internal partial void LogDeactivationFailed(GrainId grain, Exception failure);

    [LoggerMessage(4007, LogLevel.Warning, "{Name} takes too long; its cancellation token says so.")]
    internal partial void LogOverdue(string name);

    [LoggerMessage(4008, LogLevel.Error, "A timer of {Grain} failed; it goes on.")]
    internal partial void LogTimerFailed(GrainId grain, Exception failure);

    [LoggerMessage(4009, LogLevel.Error, "Code of {Grain} failed where nobody waits for it.")]
    internal partial void LogStrayFailure(GrainId grain, Exception failure);

    [LoggerMessage(4010, LogLevel.Error, "{Call} failed; nobody waits for it.")]
    private partial void LogOneWayFailed(string call, Exception failure);

    [LoggerMessage(4011, LogLevel.Error, "Work of the actor host failed; its next round goes on.")]
    private partial void LogHostWorkFailed(Exception failure);

    [LoggerMessage(4012, LogLevel.Error, "The reminder {Reminder} of {Grain} failed; its next tick stands.")]
    internal partial void LogReminderFailed(GrainId grain, string reminder, Exception failure);

    [LoggerMessage(4013, LogLevel.Critical,
        "This silo was declared dead ({Reason}). It gives up {Count} grains; start the process anew.")]
    private partial void LogEvicted(string reason, int count);

    [LoggerMessage(4014, LogLevel.Warning, "Silo {Silo} did not hand over {Grain}, which begins without: {Reason}")]
    internal partial void LogNotHandedOver(GrainId grain, long silo, string reason);
}
