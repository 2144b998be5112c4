using Microsoft.Extensions.Logging;
using Sluice.Grains.Abstractions.Clients;
using Verdict = Sluice.Rules.Admission.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>All that a client grain ever logs: ids and verdicts, never a secret, a digest, a MAC or a prompt.</summary>
internal sealed partial class ClientGrain
{
    [LoggerMessage(1001, LogLevel.Debug,
        "Client {ClientId}, request {RequestId}: {Verdict} by {RefusedBy}, retry after {RetryAfter}.")]
    private partial void LogDecision(
        string clientId, RequestId requestId, Verdict verdict, string? refusedBy, TimeSpan retryAfter);

    [LoggerMessage(1002, LogLevel.Warning, "Client {ClientId}: epoch {Epoch} is over; another activation opened it.")]
    private partial void LogFenced(string clientId, long epoch);

    [LoggerMessage(1003, LogLevel.Warning,
        "Client {ClientId}, epoch {Epoch}: its quota could not be reserved ahead; requests wait until it can.")]
    private partial void LogReserveFailed(Exception exception, string clientId, long epoch);

    [LoggerMessage(1004, LogLevel.Information, "Client {ClientId} of tenant {Tenant}: {Change}.")]
    private partial void LogChanged(string clientId, string tenant, string change);

    [LoggerMessage(1005, LogLevel.Debug,
        "Client {ClientId}, epoch {Epoch}: goes on with what epoch {LastEpoch} left, {Slots} slots among it.")]
    private partial void LogHandedOver(string clientId, long epoch, long lastEpoch, int slots);

    [LoggerMessage(1006, LogLevel.Warning,
        "Client {ClientId}: its tenant {Tenant} cannot be asked; nothing is admitted until it can.")]
    private partial void LogTenantAway(Exception exception, string clientId, string tenant);

    [LoggerMessage(1007, LogLevel.Information, "Client {ClientId}: its tenant {Tenant} answers again.")]
    private partial void LogTenantBack(string clientId, string tenant);

    [LoggerMessage(1008, LogLevel.Warning,
        "Client {ClientId}: what it held at its tenant {Tenant} could not be given back; it expires.")]
    private partial void LogNotGivenBack(Exception exception, string clientId, string tenant);

    [LoggerMessage(1031, LogLevel.Warning,
        "Client {ClientId}, epoch {Epoch}: the usage log did not answer; it is asked again.")]
    private partial void LogUsageFailed(Exception exception, string clientId, long epoch);

    [LoggerMessage(1032, LogLevel.Information,
        "Client {ClientId}, epoch {Epoch}: quota {Quota} counted {Counted} and the usage log shows {Logged}; it is "
        + "changed by {Change}.")]
    private partial void LogReconciled(
        string clientId, long epoch, string quota, long counted, long logged, long change);

    [LoggerMessage(1021, LogLevel.Information,
        "Client {ClientId}: edge session {EdgeSession} admitted {Requests} requests while it could not reach it.")]
    private partial void LogDebt(string clientId, long edgeSession, long requests);
}
