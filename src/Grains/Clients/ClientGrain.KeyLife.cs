using Microsoft.Extensions.Logging;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Keys;

namespace Sluice.Grains.Clients;

/// <summary>
/// What becomes of keys by themselves. A timer looks each minute while the client is active, and a reminder wakes it a
/// few times a day where its plan rotates keys. What is to be done follows from what is stored and from the time: a
/// look that is lost, late, or made twice does no harm.
/// </summary>
internal sealed partial class ClientGrain : IRemindable
{
    private const string KeyReminder = "keys";

    private static readonly TimeSpan TendPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReminderPeriodMax = TimeSpan.FromHours(6);

    // Uses are stored so often while there are any, and soon after the last one: a crash forgets no more of them.
    private static readonly TimeSpan UsesStoredPeriod = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan UsesSilence = TimeSpan.FromMinutes(2);

    // How long ahead of the end of an overlap it is told that the old version is used still.
    private static readonly TimeSpan HoldBackAhead = TimeSpan.FromHours(24);

    private readonly HashSet<int> _toldStillUsed = [];
    private IGrainTimer? _tending;
    private DateTimeOffset _usesKeptAt;
    private DateTimeOffset _watchedSince;
    private bool _isReminded;

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        await TendKeys(CancellationToken.None);
        if (!NeedsReminder && await this.GetReminder(KeyReminder) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
            _isReminded = false;
        }
    }

    private bool NeedsReminder =>
        _plan is not null && !_policy.Keys.Versions.IsEmpty && RotationPolicy.Interval > TimeSpan.Zero;

    /// <summary>From here on these keys are looked after.</summary>
    private void WatchKeys()
    {
        var (ring, now) = (_policy.Keys, Now.Utc);
        _waitingVersions =
        [
            .. ring.Versions
                .Where(version => version.AcceptedEarly && ring.StateOf(version, now) is KeyVersionState.Pending)
                .Select(version => version.Version),
        ];
        if (_tending is not null || ring.Versions.IsEmpty)
        {
            return;
        }

        (_watchedSince, _usesKeptAt) = (now, now);
        foreach (var key in _keys)
        {
            if (key.Use is { } use)
            {
                _uses.Restore(key.Info.Version, use.ToRule());
            }
        }

        _tending = this.RegisterGrainTimer(TendKeys, new GrainTimerCreationOptions(TendPeriod, TendPeriod));
    }

    private async Task TendKeys(CancellationToken cancellationToken)
    {
        await ReadAgainIfUncertain();
        if (_definition is not { } definition)
        {
            return;
        }

        await EndWhatIsOver(definition);
        foreach (var due in _policy.Keys.Due(RotationPolicy, Now.Utc))
        {
            var rotation = await Begin(
                new RotateKeyRequest
                {
                    KeyId = due.KeyId, RotationId = due.RotationId, ExpectedVersion = due.Expected, Label = due.Label,
                },
                RotationTrigger.Scheduled);
            if (rotation.Version is null)
            {
                LogNotRotated(ClientId, definition.Tenant, due.KeyId, rotation.Reply.Detail);
            }
        }

        TellFigures(definition);
        if (NeedsReminder && !_isReminded)
        {
            var period = RotationPolicy.Interval < ReminderPeriodMax ? RotationPolicy.Interval : ReminderPeriodMax;
            await this.RegisterOrUpdateReminder(KeyReminder, period, period);
            _isReminded = true;
        }
    }

    /// <summary>Secrets that can be fetched no more, overlaps that nobody needs, and uses to be stored.</summary>
    private async Task EndWhatIsOver(ClientDefinition definition)
    {
        var (ring, policy, now) = (_policy.Keys, RotationPolicy, Now.Utc);
        foreach (var version in ring.Quiet(policy, version => _uses.Of(version).LastAt, _watchedSince, now))
        {
            ring = ring.RetireAt(version, now, now) ?? ring;
            LogChanged(ClientId, definition.Tenant, $"overlap of key version {version} ended, as nobody uses it");
        }

        var over = stored.State.Deliveries.Where(delivery => delivery.EndsAt <= now).ToArray();
        if (over.Length == 0 && ReferenceEquals(ring, _policy.Keys) && !AreUsesDue(now))
        {
            return;
        }

        await StoreKeys(definition, ring);
        foreach (var delivery in over)
        {
            var wasForgotten = ring.Find(delivery.Version)?.IsForgottenAt(now) is true;
            KeyMetrics.Delivered(_plan!.Plan, wasForgotten ? "unfetched" : "expired");
            if (wasForgotten)
            {
                LogUnfetched(ClientId, definition.Tenant, delivery.KeyId, delivery.Version, delivery.RotationId);
            }
        }
    }

    private bool AreUsesDue(DateTimeOffset now) => _uses.HasChanged
        && (now - _usesKeptAt >= UsesStoredPeriod
            || _keys.All(key => now - (_uses.Of(key.Info.Version).LastAt ?? _usesKeptAt) >= UsesSilence));

    private void UsesKept(DateTimeOffset now)
    {
        _uses.Kept();
        _usesKeptAt = now;
    }

    private void TellFigures(ClientDefinition definition)
    {
        var (ring, now) = (_policy.Keys, Now.Utc);
        KeyFigures figures = default;
        foreach (var version in ring.Versions)
        {
            var state = ring.StateOf(version, now);
            if (state is KeyVersionState.Pending)
            {
                figures = figures with { Pending = Longer(figures.Pending, now - version.CreatedAt) };
            }
            else if (state is KeyVersionState.Retiring)
            {
                var since = ring.PrimaryOf(version.KeyId, now)?.Activation ?? now;
                figures = figures with { Retiring = Longer(figures.Retiring, now - since) };
                TellStillUsed(definition, version, ring.AcceptedUntil(version, now) ?? now, since, now);
            }

            if (ring.EndsSoon(version, now))
            {
                figures = figures with { Ending = figures.Ending + 1 };
            }
        }

        foreach (var delivery in stored.State.Deliveries)
        {
            if (ring.Find(delivery.Version) is { FetchBy: not null, FetchedAt: null } unfetched)
            {
                figures = figures with { Unfetched = Longer(figures.Unfetched, now - unfetched.CreatedAt) };
            }
        }

        KeyMetrics.Told(this, figures);
    }

    /// <summary>Once, a day before whoever uses it is refused.</summary>
    private void TellStillUsed(
        ClientDefinition definition, KeyVersion version, DateTimeOffset until, DateTimeOffset since, DateTimeOffset now)
    {
        if (until - now <= HoldBackAhead
            && _uses.Of(version.Version).LastAt is { } last && last > since
            && _toldStillUsed.Add(version.Version))
        {
            LogStillUsed(ClientId, definition.Tenant, version.Version, last, until);
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    [LoggerMessage(1043, LogLevel.Information,
        "Client {ClientId} of tenant {Tenant}: key {KeyId} has a new version {Version} by rotation {RotationId}, "
        + "{Trigger}.")]
    private partial void LogRotated(
        string clientId, string tenant, string keyId, int version, string rotationId, RotationTrigger trigger);

    [LoggerMessage(1044, LogLevel.Warning,
        "Client {ClientId} of tenant {Tenant}: nobody fetched the secret of version {Version} of key {KeyId}, so "
        + "rotation {RotationId} is given up, and the version before stays.")]
    private partial void LogUnfetched(string clientId, string tenant, string keyId, int version, string rotationId);

    [LoggerMessage(1045, LogLevel.Warning,
        "Client {ClientId} of tenant {Tenant}: key {KeyId} is due to be rotated and was not. {Reason}")]
    private partial void LogNotRotated(string clientId, string tenant, string keyId, string reason);

    [LoggerMessage(1046, LogLevel.Warning,
        "Client {ClientId} of tenant {Tenant}: key version {Version} was used at {LastUsedAt:O} and is refused from "
        + "{Until:O}. Have its users switch, or move that time.")]
    private partial void LogStillUsed(
        string clientId, string tenant, int version, DateTimeOffset lastUsedAt, DateTimeOffset until);
}
