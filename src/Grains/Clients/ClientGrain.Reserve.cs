using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>A client as the owner of its account.</summary>
internal sealed partial class ClientGrain
{
    protected override string LedgerKey => ClientId;

    /// <summary>So no chunk, hold and exchange of an earlier activation has a number of this one's.</summary>
    protected override void Opened() => _lastChunk = _lastHold = _lastExchange = _epoch << 32;

    protected override void WentOn(long lastEpoch, int slots, TimeSpan now)
    {
        _hold = CompletionHold.AllowedAt(now); // Perhaps, by the last activation.
        LogHandedOver(ClientId, _epoch, lastEpoch, slots);
    }

    protected override Task Began(TimeSpan sinceWritten, CancellationToken cancellationToken) =>
        BeginUsage(sinceWritten, cancellationToken);

    protected override void LookedAt() => WriteLost();

    protected override void LogReserveFailed(Exception exception) => LogReserveFailed(exception, ClientId, _epoch);

    protected override void LogFenced() => LogFenced(ClientId, _epoch);
}
