using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Grains.Clients;

/// <summary>By which changes this client decides, so that edges know what a later change ends.</summary>
internal sealed partial class ClientGrain
{
    private static readonly TimeSpan ReadAgainPeriod = TimeSpan.FromSeconds(1);

    // Of the definition in force, not of the one that is being stored.
    private long _change;
    private PolicyStamp? _stamp;
    private IGrainTimer? _readingAgain;

    private PolicyStamp Stamp => _stamp is { } stamp && stamp.ClientChange == _change ? stamp : _stamp = new PolicyStamp
    {
        ClientChange = _change,
        Tenant = _definition?.Tenant ?? "",
        TenantVersion = _tenant?.Version ?? 0,
        Plan = _plan?.Plan ?? "",
        PlanVersion = _plan?.Version ?? 0,
    };

    /// <summary>
    /// A write failed and may have happened. Edges may have heard of the change by now and believe no answer from
    /// before it: what is stored must be known soon, whether or not anybody changes the client again.
    /// </summary>
    private void ReadAgainSoon() => _readingAgain ??= this.RegisterGrainTimer(
        ReadAgain, new GrainTimerCreationOptions(ReadAgainPeriod, ReadAgainPeriod));

    private async Task ReadAgain(CancellationToken cancellationToken)
    {
        await ReadAgainIfUncertain();
        _readingAgain?.Dispose();
        _readingAgain = null;
    }
}
