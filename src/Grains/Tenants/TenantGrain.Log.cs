using Microsoft.Extensions.Logging;

namespace Sluice.Grains.Tenants;

/// <summary>All that a tenant grain ever logs.</summary>
internal sealed partial class TenantGrain
{
    protected override void LogReserveFailed(Exception exception) => LogReserveFailed(exception, TenantId, _epoch);

    protected override void LogFenced() => LogFenced(TenantId, _epoch);

    [LoggerMessage(1201, LogLevel.Information,
        "Tenant {Tenant} is now version {Version} with {Limits} limits; {Subscribers} clients told.")]
    private partial void LogChanged(string tenant, long version, int limits, int subscribers);

    [LoggerMessage(1202, LogLevel.Warning,
        "Client {ClientId} could not be told of its tenant {Tenant}, version {Version}.")]
    private partial void LogNotTold(Exception exception, string clientId, string tenant, long version);

    [LoggerMessage(1203, LogLevel.Warning, "Tenant {Tenant}: epoch {Epoch} is over; another activation opened it.")]
    private partial void LogFenced(string tenant, long epoch);

    [LoggerMessage(1204, LogLevel.Warning,
        "Tenant {Tenant}, epoch {Epoch}: its limits could not be stored ahead; requests wait until they can.")]
    private partial void LogReserveFailed(Exception exception, string tenant, long epoch);

    [LoggerMessage(1206, LogLevel.Debug, "Tenant {Tenant}: share {Share} is lent to client {ClientId}.")]
    private partial void LogLent(string tenant, long share, string clientId);

    [LoggerMessage(1205, LogLevel.Warning,
        "Client {ClientId} could not be asked for share {Share} of its tenant {Tenant}; it is over soon.")]
    private partial void LogNotRecalled(Exception exception, string clientId, string tenant, long share);
}
