using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Keys;
using Verdict = Sluice.Rules.Admission.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>
/// Which versions of its keys a client uses. The first use of one that waits is stored behind the turn that decides,
/// which must not wait for storage, and nothing depends on it until then: the version is accepted as it is. Should it
/// be lost with this activation, the next use is stored: the old version is accepted longer then, never shorter.
/// </summary>
internal sealed partial class ClientGrain
{
    private static readonly TimeSpan StoreAgainPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetiredLogPeriod = TimeSpan.FromMinutes(1);

    private readonly KeyUses _uses = new();

    // Versions that take over with their first use, nearly always none.
    private ImmutableArray<int> _waitingVersions = [];

    // Versions that were used first, which is not stored yet.
    private ImmutableHashSet<int> _firstUses = [];

    private IGrainTimer? _storingFirstUses;
    private TimeSpan _nextRetiredLog;

    /// <summary>A key was judged, or a token that was issued for one.</summary>
    private void NoteKey(int version, Verdict verdict, Moment now, bool isToken)
    {
        if (version == 0)
        {
            return; // A token that was issued for no key.
        }

        if (verdict.RefusesKey())
        {
            // A token may outlive the overlap of its key by minutes: that is no sign of a leak.
            if (!isToken)
            {
                NoteRefused(version, verdict, now);
            }
        }
        else if (verdict is not Verdict.Pending) // Who waits asks again, and is counted then.
        {
            _uses.Accepted(version, 1, now.Utc);
            if (_waitingVersions.Contains(version))
            {
                UsedFirst(version);
            }
        }
    }

    /// <summary>
    /// When what is issued for an accepted version ends at the latest: with it, or with its overlap if a newer one has
    /// taken its place. What is issued for no key has no such end.
    /// </summary>
    private DateTimeOffset EndOf(int version, Moment now) => version == 0
        ? DateTimeOffset.MaxValue
        : _policy.Keys.AcceptedUntil(_policy.Keys.Find(version)!, now.Utc)!.Value;

    /// <summary>An edge has admitted calls by itself, and tells how many.</summary>
    private void NoteSpent(int version, long[] spent, Moment now)
    {
        var calls = 0L;
        foreach (var requests in spent)
        {
            calls = Math.Max(calls, requests);
        }

        if (calls > 0 && _policy.Keys.Find(version) is not null)
        {
            _uses.Accepted(version, calls, now.Utc);
        }
    }

    private void NoteRefused(int version, Verdict verdict, Moment now)
    {
        if (verdict is Verdict.UnknownKey)
        {
            return; // Not its secret, so it says nothing about the version.
        }

        _uses.Refused(version, now.Utc);
        if (verdict is Verdict.KeyRetired)
        {
            KeyMetrics.RetiredUsed(_plan!.Plan);
            if (now.Elapsed >= _nextRetiredLog)
            {
                _nextRetiredLog = now.Elapsed + RetiredLogPeriod;
                LogRetiredUsed(ClientId, _definition!.Tenant, version);
            }
        }
    }

    private void UsedFirst(int version)
    {
        _firstUses = _firstUses.Add(version);
        _storingFirstUses ??= this.RegisterGrainTimer(
            StoreFirstUses, new GrainTimerCreationOptions(TimeSpan.Zero, StoreAgainPeriod));
    }

    /// <summary>
    /// Until it has worked: a timer that fails is called again. They take over from now on, not from when they were
    /// used: whoever has the old version has the whole overlap, however long storage took.
    /// </summary>
    private async Task StoreFirstUses(CancellationToken cancellationToken)
    {
        await ReadAgainIfUncertain();
        var (used, ring) = (_firstUses, _policy.Keys);
        foreach (var version in used)
        {
            ring = ring.Used(version, Now.Utc);
        }

        if (!ReferenceEquals(ring, _policy.Keys) && _definition is { } definition)
        {
            await StoreKeys(definition, ring);
            LogChanged(
                ClientId, definition.Tenant, $"key version {string.Join(", ", used)} took over with its first use");
        }

        _firstUses = _firstUses.Except(used);
        if (_firstUses.IsEmpty)
        {
            _storingFirstUses?.Dispose();
            _storingFirstUses = null;
        }
    }

    [LoggerMessage(1042, LogLevel.Warning,
        "Client {ClientId} of tenant {Tenant}: key version {Version} was presented, whose place a newer one has taken. "
        + "Whoever uses it was not told, or should not have it.")]
    private partial void LogRetiredUsed(string clientId, string tenant, int version);
}
