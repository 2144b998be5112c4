using Sluice.Grains.Clients;
using Sluice.Rules.Admission;

namespace Sluice.Grains.Owners;

/// <summary>
/// What is only in memory goes along when the account moves to another silo: levels of rates, and slots. After a crash
/// the next activation begins without.
/// </summary>
internal abstract partial class OwnerGrain : IGrainMigrationParticipant
{
    private const string HandOverKey = "client";

    private ClientHandOver? _handedOver;

    /// <summary>After the last turn and after the exact counts were stored.</summary>
    public void OnDehydrate(IDehydrationContext dehydrationContext)
    {
        // Once fenced, another activation knows more. Whose exact counts could not be stored leaves what is stored: how
        // long this lies somewhere is told by when they were.
        if (_epoch > 0 && !_fenced && _closedAt is { } closedAt)
        {
            var now = Now;
            dehydrationContext.TryAddValue(
                HandOverKey,
                ClientHandOver.Of(HandOver.Of(_client, _policy, now), _epoch, now.Elapsed - closedAt));
        }
    }

    public void OnRehydrate(IRehydrationContext rehydrationContext)
    {
        if (rehydrationContext.TryGetValue<ClientHandOver>(HandOverKey, out var left))
        {
            _handedOver = left;
        }
    }

    /// <summary>It goes on with what the activation before has left.</summary>
    protected virtual void WentOn(long lastEpoch, int slots, TimeSpan now)
    {
    }

    /// <summary>
    /// Goes on with what the last activation left, if it can be read and no other one was in between: that one may have
    /// spent, granted and given back what this one would not know of.
    /// </summary>
    /// <param name="sinceWritten">How long ago something was stored last, by the database's clock.</param>
    private void GoOnWithHandOver(TimeSpan sinceWritten)
    {
        if (_handedOver is { } handedOver && _epoch == handedOver.Epoch + 1 && handedOver.ToRule() is { } left)
        {
            // What was stored last are the exact counts. All that has passed since then and not before it was packed
            // has passed on the way: slots that nobody renewed meanwhile are over.
            var onTheWay = handedOver.ClosedAgo is { } closedAgo && sinceWritten > closedAgo
                ? sinceWritten - closedAgo
                : TimeSpan.Zero;
            var now = Now;
            _client = left.GoOn(_client, _policy, mayRefund: true, now with { Elapsed = now.Elapsed - onTheWay });
            _client.MoveTo(now, _policy);
            WentOn(handedOver.Epoch, left.Slots.Length, now.Elapsed);
        }

        _handedOver = null;
    }
}
