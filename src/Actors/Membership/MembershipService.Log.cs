using Microsoft.Extensions.Logging;

namespace Sluice.Actors.Membership;

/// <summary>
/// What the membership logs. Addresses of silos are no secrets; those of the database are not known here.
/// </summary>
internal sealed partial class MembershipService
{
    [LoggerMessage(4101, LogLevel.Information, "Joined as {Silo}.")]
    private partial void LogJoined(SiloEntry silo);

    [LoggerMessage(4102, LogLevel.Information, "The table of silos has {Silo} as {Status}.")]
    private partial void LogStatus(SiloEntry silo, SiloStatus status);

    [LoggerMessage(4103, LogLevel.Warning,
        "The table of silos could not be told that {Silo} is {Status}; it stops all the same, and the others will find "
        + "it silent.")]
    private partial void LogLeaveFailed(SiloEntry silo, SiloStatus status, Exception failure);

    [LoggerMessage(4104, LogLevel.Warning,
        "The table of silos cannot be reached ({Reason}). The silos that are known go on; nobody joins or is declared "
        + "dead until it is back.")]
    private partial void LogAway(string reason);

    [LoggerMessage(4105, LogLevel.Information, "The table of silos is back after {Outage}.")]
    private partial void LogBack(TimeSpan outage);

    [LoggerMessage(4106, LogLevel.Warning, "Declared dead: {Silo} ({Ground}).")]
    private partial void LogFoundDead(SiloEntry silo, string ground);

    [LoggerMessage(4107, LogLevel.Error, "This process, {Silo}, was declared dead and must stop: {Reason}.")]
    private partial void LogEvicted(SiloEntry silo, string reason);

    [LoggerMessage(4108, LogLevel.Debug, "The table of silos did not take a report on silo {SiloId} ({Reason}).")]
    private partial void LogReportFailed(long siloId, string reason);

    [LoggerMessage(4109, LogLevel.Warning, "The table of silos cannot be reached ({Reason}) and is tried again.")]
    private partial void LogTryAgain(string reason);

    [LoggerMessage(4110, LogLevel.Error, "A handler of a change of membership failed; the change stands.")]
    private partial void LogHandlerFailed(Exception failure);

    [LoggerMessage(4112, LogLevel.Information, "The silos are now those of {View}.")]
    private partial void LogView(ClusterView view);

    [LoggerMessage(4111, LogLevel.Error, "Work of the membership failed; its next round goes on.")]
    private partial void LogWorkFailed(Exception failure);
}
