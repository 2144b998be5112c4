using System.Security.Cryptography;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Revocations;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Degraded;

/// <summary>
/// What this edge knows of one client for the case that its grain cannot be reached: the terms, the keys that the grain
/// found right lately, and what was spent without it. Locked: calls of a client come on many threads.
/// </summary>
/// <param name="firstTotal">See <see cref="DegradedAccount"/>.</param>
/// <param name="feed">What was revoked; null where nobody follows it.</param>
internal sealed class KnownClient(DegradedUse firstTotal, RevocationFeed? feed = null)
{
    /// <summary>Key versions remembered; a client in rotation has two.</summary>
    private const int KeysMax = 8;

    private const int ModelsMax = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, KnownKey> _keys = [];
    private readonly DegradedAccount _account = new(firstTotal);
    private DecidedBy _decided = RevocationMapping.Unknown;
    private long _termsVersion;
    private bool _ofAddress;
    private volatile bool _hasDebt;

    /// <summary>A key that the grain found right.</summary>
    /// <param name="Digest">SHA-256 of its secret.</param>
    /// <param name="Models">The models that it was admitted for, see <see cref="WhatOf"/>.</param>
    private sealed record KnownKey(byte[] Digest, HashSet<string> Models)
    {
        /// <summary>Edge's monotonic time before the question that the grain answered last.</summary>
        public TimeSpan Verified { get; set; }
    }

    /// <summary>The client's change by which its terms were made; 0 when that is not known.</summary>
    public long ClientChange => _decided.ClientChange;

    /// <summary>The terms that this edge knows; 0 when it knows none.</summary>
    public long TermsVersion => Volatile.Read(ref _termsVersion);

    /// <summary>When the grain last found a key right; <see cref="TimeSpan.MinValue"/> for never.</summary>
    public TimeSpan LastVerified { get; private set; } = TimeSpan.MinValue;

    /// <summary>What its calls are logged with; null until the grain has admitted one.</summary>
    public UsageTerms? Usage { get; private set; }

    /// <summary>True: the grain has not taken everything yet.</summary>
    public bool HasDebt => _hasDebt;

    /// <summary>What was ever spent without the grain.</summary>
    public DegradedUse Total
    {
        get
        {
            lock (_lock)
            {
                return _account.Total;
            }
        }
    }

    /// <summary>What the grain is to be told, and the total it stands for; null when there is no debt.</summary>
    public (DegradedDebt Debt, DegradedUse Total)? DebtToTell()
    {
        if (!_hasDebt)
        {
            return null;
        }

        lock (_lock)
        {
            return (DegradedMapping.DebtOf(_account.Total, _account.Taken), _account.Total);
        }
    }

    /// <summary>The grain has answered.</summary>
    /// <param name="call">The call it was asked about.</param>
    /// <param name="reply">What it answered.</param>
    /// <param name="told">The debt that went along; null for none.</param>
    /// <param name="sent">Edge's monotonic time before it was asked.</param>
    /// <param name="now">And now.</param>
    /// <returns>What of the debt was taken by this answer.</returns>
    public long Answered(ModelCall call, in AdmitReply reply, DegradedUse? told, TimeSpan sent, TimeSpan now)
    {
        lock (_lock)
        {
            if (reply.Degraded?.Terms is { } terms)
            {
                Use(terms);
            }

            Usage = reply.Usage ?? Usage;
            var before = _account.Taken.Requests;
            _account.Answered(reply.Degraded is { DebtTaken: true } ? told : null, now);
            _hasDebt = _account.HasDebt;
            switch (reply.Verdict)
            {
                case Verdict.Admitted or Verdict.NoFreeSlot or Verdict.RateLimited:
                    Remember(call, reply.ClientChange, sent);
                    break;
                case Verdict.Pending:
                    break; // It is not ready to say.
                case Verdict.ClientSuspended or Verdict.QuotaExhausted:
                    _keys.Clear(); // Nobody of this client is served until the grain says otherwise.
                    break;
                default:
                    Forget(call.Caller, reply.Verdict, WhatOf(call));
                    break;
            }

            return _account.Taken.Requests - before;
        }
    }

    /// <summary>The grain could not be reached for this call: admits it without, or says why not.</summary>
    /// <param name="call">The call; it runs when it is admitted.</param>
    /// <param name="running">How many calls of the client run at this edge, asked within the lock.</param>
    /// <param name="now">Edge's monotonic time.</param>
    public DegradedAnswer Ask(ModelCall call, Func<string, int> running, TimeSpan now)
    {
        lock (_lock)
        {
            _account.Failed(now);
            if (feed is not null && !feed.IsHeardWithin(FeedView.OpenSilenceMax))
            {
                return DegradedAnswer.FeedSilent;
            }

            var answer = _account.Ask(
                DegradedMapping.CostsOf(call), running(call.Caller.ClientId), VerifiedAt(call), now);
            if (answer is DegradedAnswer.Admitted)
            {
                (call.IsDegraded, call.IsRunning, call.Ended) = (true, true, EndedOf);
                _hasDebt = true;
            }

            return answer;
        }
    }

    /// <summary>Something was changed or revoked: keys that were verified before it count no more.</summary>
    public void Recall(string clientId)
    {
        lock (_lock)
        {
            foreach (var version in _keys.Keys.ToList())
            {
                if (!feed!.MayRemember(clientId, version, _decided))
                {
                    _keys.Remove(version);
                }
            }
        }
    }

    /// <summary>Nobody knows what was revoked meanwhile.</summary>
    public void RecallAll()
    {
        lock (_lock)
        {
            _keys.Clear();
        }
    }

    private void EndedOf(ModelCall call)
    {
        lock (_lock)
        {
            _account.Ended(DegradedMapping.UsedBy(call));
            _hasDebt = _account.HasDebt;
        }
    }

    private void Use(DegradedTerms terms)
    {
        _account.Under(
            DegradedMapping.PlanOf(terms),
            [.. (terms.Budgets ?? []).Select(budget => (budget.Unit, budget.Amount))],
            terms.Slots);
        _keys.Clear();
        _decided = terms.Stamp.ToRule();
        _ofAddress = terms.OfAddress;
        Volatile.Write(ref _termsVersion, terms.Version);
    }

    private void Remember(ModelCall call, long clientChange, TimeSpan sent)
    {
        // Verified before a change of which this edge has heard: that is worth nothing.
        if (feed is not null && !feed.MayRemember(
            call.Caller.ClientId, call.Caller.KeyVersion, _decided with { ClientChange = clientChange }))
        {
            return;
        }

        LastVerified = sent > LastVerified ? sent : LastVerified;
        var (_, version, digest) = call.Caller;
        if (!_keys.TryGetValue(version, out var key) || !CryptographicOperations.FixedTimeEquals(key.Digest, digest))
        {
            if (_keys.Count == KeysMax && key is null)
            {
                _keys.Remove(_keys.MinBy(known => known.Value.Verified).Key);
            }

            _keys[version] = key = new KnownKey(digest, []);
        }

        key.Verified = sent > key.Verified ? sent : key.Verified;
        if (key.Models.Count < ModelsMax)
        {
            key.Models.Add(WhatOf(call));
        }
    }

    private void Forget(Caller caller, Verdict verdict, string model)
    {
        if (!_keys.TryGetValue(caller.KeyVersion, out var key)
            || !CryptographicOperations.FixedTimeEquals(key.Digest, caller.SecretDigest))
        {
            return; // Somebody guesses; what is known of the right secret stays.
        }

        if (verdict is Verdict.ModelForbidden or Verdict.ModelUnknown or Verdict.RoleForbidden
            or Verdict.AddressForbidden)
        {
            key.Models.Remove(model);
        }
        else
        {
            _keys.Remove(caller.KeyVersion);
        }
    }

    /// <summary>
    /// What was found allowed, and nothing beyond: roles that a token claims may ask for more than the model, and a
    /// client may be bound to addresses.
    /// </summary>
    private string WhatOf(ModelCall call)
    {
        var (body, input) = (call.Body, call.Body.Input);
        var what = call.Caller.Token?.Use.Roles is null
            ? body.Model
            : $"{call.Endpoint} {RoleCall.FeaturesOf(input.Images, input.Pages, body.Priority)} {body.Model}";
        return _ofAddress ? $"{call.ClientAddress:x} {what}" : what;
    }

    private TimeSpan? VerifiedAt(ModelCall call) =>
        _keys.TryGetValue(call.Caller.KeyVersion, out var key)
        && CryptographicOperations.FixedTimeEquals(key.Digest, call.Caller.SecretDigest)
        && key.Models.Contains(WhatOf(call))
            ? key.Verified
            : null;
}
