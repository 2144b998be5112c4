using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Keys;

namespace Sluice.Grains.Clients;

/// <summary>What is told of key versions.</summary>
internal sealed partial class ClientGrain
{
    private RotationReply Told(KeyVersion version, bool isRepeated)
    {
        var now = Now.Utc;
        var delivery = DeliveryOf(version, now);
        return new RotationReply
        {
            Reply = ChangeReply.Done,
            IsRepeated = isRepeated,
            Version = StatusOf(version, now),
            SealedSecret = delivery?.Sealed,
            Place = delivery is null ? null : PlaceOf(version.KeyId, version.RotationId),
        };
    }

    /// <summary>The secret of a version, as long as it can be fetched.</summary>
    private StoredDelivery? DeliveryOf(KeyVersion version, DateTimeOffset now) =>
        stored.State.Deliveries.FirstOrDefault(
            delivery => delivery.Version == version.Version && delivery.EndsAt > now);

    private KeyVersionStatus StatusOf(KeyVersion version, DateTimeOffset now)
    {
        var (ring, use) = (_policy.Keys, _uses.Of(version.Version));
        var state = ring.StateOf(version, now);
        return new KeyVersionStatus
        {
            Info = _keys.Single(key => key.Info.Version == version.Version).Info,
            Life = LifeOf(state),
            Fingerprint = version.Fingerprint,
            ActivatesAt = version.Activation == DateTimeOffset.MaxValue ? null : version.Activation,
            AcceptedUntil = ring.AcceptedUntil(version, now),
            SecretUntil = DeliveryOf(version, now)?.EndsAt,
            FirstUsedAt = use.FirstAt,
            LastUsedAt = use.LastAt,
            Uses = use.Accepted,
            LastRefusedAt = use.RefusedAt,
            Refusals = use.Refused,
            EndsSoon = ring.EndsSoon(version, now),
            ReplacedAt = state is KeyVersionState.Retiring ? ring.PrimaryOf(version.KeyId, now)?.Activation : null,
            RotatesAt = state is KeyVersionState.Active ? ring.DueAt(version.KeyId, RotationPolicy, now) : null,
        };
    }

    private static KeyLife LifeOf(KeyVersionState state) => state switch
    {
        KeyVersionState.Pending => KeyLife.Pending,
        KeyVersionState.Active => KeyLife.Active,
        KeyVersionState.Retiring => KeyLife.Retiring,
        KeyVersionState.Retired => KeyLife.Retired,
        KeyVersionState.Expired => KeyLife.Expired,
        KeyVersionState.Cancelled => KeyLife.Cancelled,
        KeyVersionState.Revoked => KeyLife.Revoked,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "The wire has no such state."),
    };
}
