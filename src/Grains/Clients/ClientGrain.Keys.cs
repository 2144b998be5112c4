using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Plans;
using Sluice.Rules.Keys;

namespace Sluice.Grains.Clients;

/// <summary>
/// Keys that are replaced by newer versions of themselves. Each step is one write of the client's state: a crash is
/// before it or after it, and whoever asks again finds which.
/// </summary>
internal sealed partial class ClientGrain : IClientKeys
{
    private const int RotationIdLengthMax = 64;

    /// <summary>How long a secret can be fetched.</summary>
    private static readonly TimeSpan DeliveryTtl = TimeSpan.FromHours(24);

    private RotationPolicy RotationPolicy => _plan!.Rotation.ToRule();

    public Task<RotationReply> Rotate(RotateKeyRequest request) => RotateAsAsked(request, RotationTrigger.Asked);

    public Task<RotationReply> RotateAtOnce(RotateKeyRequest request) =>
        RotateAsAsked(request, RotationTrigger.Emergency);

    public async Task<RotationReply> FetchSecret(RotationRef rotation)
    {
        await ReadAgainIfUncertain();
        if (_definition is not { } definition)
        {
            return Refused(NoSuchClient());
        }

        var now = Now.Utc;
        if (_policy.Keys.Find(rotation.KeyId, rotation.RotationId) is not { } version)
        {
            return Refused(NoSuchRotation(rotation));
        }

        var fetched = _policy.Keys.Fetched(rotation.KeyId, rotation.RotationId, now);
        if (DeliveryOf(version, now) is null || fetched is not { } ring)
        {
            return Refused(new ChangeReply(
                ChangeOutcome.Gone,
                $"The secret of rotation '{rotation.RotationId}' was acknowledged or has expired: rotate again."));
        }

        if (!ReferenceEquals(ring, _policy.Keys))
        {
            // Before it is told: from here on the version may take over, for somebody may have its secret.
            await StoreKeys(definition, ring);
            LogChanged(ClientId, definition.Tenant, $"secret of key version {version.Version} fetched");
        }

        return Told(_policy.Keys.Find(version.Version) ?? version, isRepeated: true);
    }

    public async Task<ChangeReply> Acknowledge(RotationRef rotation)
    {
        await ReadAgainIfUncertain();
        if (_definition is not { } definition)
        {
            return NoSuchClient();
        }

        if (_policy.Keys.Find(rotation.KeyId, rotation.RotationId) is not { } version)
        {
            return NoSuchRotation(rotation);
        }

        if (DeliveryOf(version, Now.Utc) is not { } delivery)
        {
            return ChangeReply.Done; // It was acknowledged before, or nobody can fetch it any more anyway.
        }

        if (version is { FetchBy: not null, FetchedAt: null })
        {
            return new ChangeReply(
                ChangeOutcome.Conflict,
                $"Nobody has fetched the secret of rotation '{rotation.RotationId}': fetch it first, or cancel it.");
        }

        await StoreKeys(
            definition, _policy.Keys, deliveries: stored.State.Deliveries.Where(other => other != delivery));
        KeyMetrics.Delivered(_plan!.Plan, "acknowledged");
        LogChanged(ClientId, definition.Tenant, $"secret of key version {version.Version} acknowledged");
        return ChangeReply.Done;
    }

    public async Task<ChangeReply> Cancel(RotationRef rotation)
    {
        await ReadAgainIfUncertain();
        if (_definition is not { } definition)
        {
            return NoSuchClient();
        }

        if (_policy.Keys.Find(rotation.KeyId, rotation.RotationId) is not { } version)
        {
            return NoSuchRotation(rotation);
        }

        if (_policy.Keys.Cancel(rotation.KeyId, rotation.RotationId, Now.Utc) is not { } ring)
        {
            return new ChangeReply(
                ChangeOutcome.Conflict,
                $"Version {version.Version} of rotation '{rotation.RotationId}' does not wait any more: revoke it.");
        }

        if (!ReferenceEquals(ring, _policy.Keys))
        {
            // Published too: should another activation have let it take over, no edge goes on with it.
            await StoreKeys(definition, ring, state => state.Revoking(ClientId, version.Version));
            LogChanged(ClientId, definition.Tenant, $"rotation to key version {version.Version} cancelled");
        }

        return ChangeReply.Done;
    }

    public async Task<ChangeReply> RetireAt(RetireKeyRequest request)
    {
        await ReadAgainIfUncertain();
        if (_definition is not { } definition)
        {
            return NoSuchClient();
        }

        var now = Now.Utc;
        if (_policy.Keys.Find(request.Version) is not { } version)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"Client {ClientId} has no key version {request.Version}.");
        }

        if (request.At > version.ExpiresAt)
        {
            return new ChangeReply(
                ChangeOutcome.Invalid, $"retiresAt: version {version.Version} ends at {version.ExpiresAt:O} itself.");
        }

        if (_policy.Keys.RetireAt(version.Version, request.At, now) is not { } ring)
        {
            return new ChangeReply(
                ChangeOutcome.Conflict,
                $"Version {version.Version} is not beside a newer one: only an overlap has an end that can be moved.");
        }

        // What edges remember of a version does not outlive an end that comes sooner.
        var isSooner = request.At < _policy.Keys.AcceptedUntil(version, now);
        await StoreKeys(definition, ring, state => isSooner ? state.Changed(ClientId, state.Definition!) : state);
        LogChanged(ClientId, definition.Tenant, $"overlap of key version {version.Version} now ends at {request.At:O}");
        return ChangeReply.Done;
    }

    public ValueTask<KeyVersionStatus[]?> ListVersions()
    {
        DeactivateIfNobody();
        var now = Now.Utc;
        return ValueTask.FromResult(
            _definition is null ? null : _policy.Keys.Versions.Select(version => StatusOf(version, now)).ToArray());
    }

    private async Task<RotationReply> RotateAsAsked(RotateKeyRequest request, RotationTrigger trigger)
    {
        await ReadAgainIfUncertain();
        return _definition is null ? Refused(NoSuchClient())
            : MistakeIn(request) is { } mistake ? Refused(new ChangeReply(ChangeOutcome.Invalid, mistake))
            : trigger is RotationTrigger.Emergency && IsOtherRotation(request) ? Refused(new ChangeReply(
                ChangeOutcome.Conflict,
                $"Rotation '{request.RotationId}' was no emergency, and nothing was revoked: name another one."))
            : await Begin(request, trigger);
    }

    /// <summary>An emergency leaves no other version: where one is accepted still, that rotation was none.</summary>
    private bool IsOtherRotation(RotateKeyRequest request)
    {
        var (ring, now) = (_policy.Keys, Now.Utc);
        return ring.Find(request.KeyId, request.RotationId) is { } known
            && (ring.StateOf(known, now) is KeyVersionState.Pending || ring.Versions.Any(version =>
                version.KeyId == known.KeyId
                && version.Version < known.Version
                && !KeyRotation.IsEnded(ring.StateOf(version, now))));
    }

    /// <summary>One write holds the new version and its sealed secret: there is never one without the other.</summary>
    private async Task<RotationReply> Begin(RotateKeyRequest request, RotationTrigger trigger)
    {
        var (keyId, rotationId) = (request.KeyId, request.RotationId);
        if (_policy.Keys.Find(keyId, rotationId) is { } again)
        {
            return Told(again, isRepeated: true);
        }

        var secret = await secrets.MakeAsync(PlaceOf(keyId, rotationId), CancellationToken.None);
        var (ring, policy, now) = (_policy.Keys, RotationPolicy, Now.Utc); // As they are now: calls went on meanwhile.
        var primary = ring.PrimaryOf(keyId, now);
        var asked = new RotationRequest(
            rotationId,
            [.. hasher.Mac(secret.Digest)],
            request.Lifetime == TimeSpan.Zero ? policy.Lifetime : request.Lifetime,
            request.Label ?? LabelOf(keyId),
            trigger is RotationTrigger.Scheduled ? DeliveryTtl : null);
        var rotation = trigger is RotationTrigger.Emergency
            ? ring.RotateAtOnce(keyId, asked, request.Reason, policy, now)
            : ring.Rotate(
                keyId, request.ExpectedVersion == 0 ? primary?.Version ?? 0 : request.ExpectedVersion, asked, policy,
                now);
        if (rotation is not { Outcome: RotationOutcome.Begun, Version: { } made })
        {
            return Refused(RefusalOf(rotation.Outcome, request, primary));
        }

        var definition = _definition!;
        var revoked = rotation.Next.Versions
            .Where(version => version.RevokedAt is not null && ring.Find(version.Version)?.RevokedAt is null)
            .Select(version => version.Version);
        await StoreKeys(
            definition,
            rotation.Next,
            state => trigger is RotationTrigger.Emergency ? state.Revoking(ClientId, revoked) : state,
            stored.State.Deliveries.Append(new StoredDelivery
            {
                RotationId = rotationId,
                KeyId = keyId,
                Version = made.Version,
                Sealed = secret.Sealed,
                EndsAt = now + DeliveryTtl,
            }));
        KeyMetrics.Rotated(_plan!.Plan, trigger);
        LogRotated(ClientId, definition.Tenant, keyId, made.Version, rotationId, trigger);
        return Told(made, isRepeated: false);
    }

    /// <summary>Stored, then in force. What may be fetched no more is forgotten with it.</summary>
    private async Task StoreKeys(
        ClientDefinition definition, KeyRing ring, Func<StoredClient, StoredClient>? also = null,
        IEnumerable<StoredDelivery>? deliveries = null)
    {
        var now = Now.Utc;
        _uses.KeepOnly(ring);
        var keys = StoredKeyVersion.Of(ring, _keys, hasher.KeyId, _uses);
        var next = stored.State with
        {
            Keys = keys,
            Deliveries =
            [
                .. (deliveries ?? stored.State.Deliveries).Where(delivery =>
                    delivery.EndsAt > now
                    && ring.Find(delivery.Version) is { } version
                    && !KeyRotation.IsEnded(ring.StateOf(version, now))),
            ],
        };
        UsesKept(now);
        await Store(also is null ? next : also(next));
        _change = stored.State.Change;
        Adopt(_definition ?? definition, keys, _plan!);
    }

    private string? MistakeIn(RotateKeyRequest request)
    {
        if (request.RotationId.Length is 0 or > RotationIdLengthMax
            || !request.RotationId.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_'))
        {
            return $"rotationId: '{request.RotationId}' is not 1 to 64 of A-Z, a-z, 0-9, '-' and '_'.";
        }

        if (request.RotationId.StartsWith(KeySchedule.IdPrefix, StringComparison.Ordinal)
            && _policy.Keys.Find(request.KeyId, request.RotationId) is null)
        {
            return $"rotationId: only the schedule gives ids that begin with '{KeySchedule.IdPrefix}'.";
        }

        if (request.Lifetime != TimeSpan.Zero
            && (request.Lifetime < KeyRing.LifetimeMin || request.Lifetime > KeyRing.LifetimeMax))
        {
            return $"lifetime: {request.Lifetime} is not between 1 minute and 90 days.";
        }

        return request.Label?.Length > TextLengthMax ? $"label: longer than {TextLengthMax} characters."
            : request.Reason.Length > TextLengthMax ? $"reason: longer than {TextLengthMax} characters."
            : null;
    }

    private ChangeReply RefusalOf(RotationOutcome outcome, RotateKeyRequest request, KeyVersion? primary)
    {
        var key = $"key '{request.KeyId}'";
        return outcome switch
        {
            RotationOutcome.NoPrimary when _policy.Keys.Versions.All(version => version.KeyId != request.KeyId) =>
                new ChangeReply(ChangeOutcome.NotFound, $"Client {ClientId} has no key '{request.KeyId}'."),
            RotationOutcome.NoPrimary => new ChangeReply(
                ChangeOutcome.Conflict, $"The {key} has no version that could be replaced. Issue a new key."),
            RotationOutcome.OtherPrimary => new ChangeReply(
                ChangeOutcome.Conflict,
                $"The primary of {key} is version {primary?.Version}, not {request.ExpectedVersion}: look again."),
            RotationOutcome.Busy => new ChangeReply(
                ChangeOutcome.Conflict,
                $"The {key} is being rotated by '{_policy.Keys.PendingOf(request.KeyId, Now.Utc)?.RotationId}': use "
                + "that one's version, or cancel it."),
            _ => new ChangeReply(
                ChangeOutcome.Conflict, $"The client has {KeyRing.VersionsMax} key versions, which is the most."),
        };
    }

    private ChangeReply NoSuchRotation(RotationRef rotation) => new(
        ChangeOutcome.NotFound,
        $"Client {ClientId} has no rotation '{rotation.RotationId}' of a key '{rotation.KeyId}', or it is forgotten.");

    private string LabelOf(string keyId) =>
        _policy.Keys.Versions.LastOrDefault(version => version.KeyId == keyId)?.Label ?? "";

    private string PlaceOf(string keyId, string rotationId) => $"client/{ClientId}/delivery/{keyId}/{rotationId}";

    private static RotationReply Refused(ChangeReply reply) => new() { Reply = reply };
}
