using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>
/// What is only in memory goes along when the client moves to another silo: levels of rates, and slots. After a crash
/// the next activation begins without.
/// </summary>
internal sealed partial class ClientGrain : IGrainMigrationParticipant
{
    private const string HandOverKey = "client";

    private ClientHandOver? _handedOver;

    /// <summary>After the last turn and after the exact counts were stored.</summary>
    public void OnDehydrate(IDehydrationContext dehydrationContext)
    {
        // Once fenced, another activation knows more; nobody's client has nothing in use.
        if (_epoch > 0 && !_fenced)
        {
            dehydrationContext.TryAddValue(
                HandOverKey, ClientHandOver.Of(HandOver.Of(_client, _policy, Now), _epoch));
        }
    }

    public void OnRehydrate(IRehydrationContext rehydrationContext)
    {
        if (rehydrationContext.TryGetValue<ClientHandOver>(HandOverKey, out var left))
        {
            _handedOver = left;
        }
    }

    /// <summary>Goes on with what the last activation left, if it can be read.</summary>
    private void GoOnWithHandOver()
    {
        if (_handedOver is { } handedOver && handedOver.ToRule() is { } left)
        {
            // Another epoch in between had the chance to give back what these calls took of the stored counts.
            _client = left.GoOn(_client, _policy, mayRefund: _epoch == handedOver.Epoch + 1, Now);
            _hold = CompletionHold.AllowedAt(Now.Elapsed); // Perhaps, by the last activation.
            LogHandedOver(ClientId, _epoch, handedOver.Epoch, left.Slots.Length);
        }

        _handedOver = null;
    }
}
