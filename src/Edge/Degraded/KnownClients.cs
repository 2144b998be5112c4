using System.Collections.Concurrent;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Revocations;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Limits;

namespace Sluice.Edge.Degraded;

/// <summary>The clients of open plans that this edge has served lately; those of closed plans cost nothing.</summary>
internal sealed class KnownClients(
    LiveCalls live, DegradedMetrics metrics, TimeProvider time, RevocationFeed? feed = null)
{
    /// <summary>Clients kept, about 1 KiB each. What is above is served as if its plan were closed.</summary>
    public const int CountMax = 50_000;

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, KnownClient> _byClient = new();
    private readonly Lock _sweeping = new();
    private readonly long _started = time.GetTimestamp();
    private long _nextSweep = time.GetTimestamp();

    // The most that any forgotten client has told: who comes anew begins there, so that no total is told twice.
    private DegradedUse _highest;

    public KnownClient? Find(string clientId) => _byClient.GetValueOrDefault(clientId);

    /// <summary>The client's grain has answered.</summary>
    /// <param name="client">What was known of it before; null for nothing.</param>
    /// <param name="call">The call it was asked about.</param>
    /// <param name="reply">What it answered.</param>
    /// <param name="told">The debt that went along; null for none.</param>
    /// <param name="sent">Timestamp from before it was asked.</param>
    public void Answered(KnownClient? client, ModelCall call, in AdmitReply reply, DegradedUse? told, long sent)
    {
        if (client is null && (client = NewOf(call.Caller.ClientId, reply)) is null)
        {
            return; // The usual case: nothing is to be known.
        }

        var taken = client.Answered(
            call, reply, told, time.GetElapsedTime(_started, sent), time.GetElapsedTime(_started));
        metrics.DebtTaken(taken);
    }

    /// <summary>The client's grain cannot be reached: admits the call without it, if that may be.</summary>
    public AdmitReply? TryAdmit(ModelCall call)
    {
        var answer = Find(call.Caller.ClientId)?.Ask(call, live.RunningOf, time.GetElapsedTime(_started))
            ?? DegradedAnswer.Closed;
        if (answer is not DegradedAnswer.Admitted)
        {
            metrics.Refused(answer);
            return null;
        }

        metrics.Admitted();
        return new AdmitReply(Verdict.Admitted, TimeSpan.Zero, default, null, TimeSpan.Zero, Epoch: 0)
        {
            AdmittedAt = time.GetUtcNow(),
            Usage = Find(call.Caller.ClientId)?.Usage,
            ClientChange = Find(call.Caller.ClientId)?.ClientChange ?? 0,
        };
    }

    /// <summary>Something was changed or revoked: keys that were verified before it count no more.</summary>
    /// <param name="clientId">Whose; null for all clients.</param>
    public void Recall(string? clientId)
    {
        if (clientId is not null)
        {
            Find(clientId)?.Recall(clientId);
            return;
        }

        foreach (var (id, client) in _byClient)
        {
            client.Recall(id);
        }
    }

    /// <summary>Nobody knows what was revoked meanwhile: no key counts as verified.</summary>
    public void RecallAll()
    {
        foreach (var client in _byClient.Values)
        {
            client.RecallAll();
        }
    }

    private KnownClient? NewOf(string clientId, in AdmitReply reply)
    {
        if (reply.Degraded?.Terms is not { Open: true })
        {
            return null;
        }

        Sweep();
        lock (_sweeping)
        {
            return _byClient.Count >= CountMax && !_byClient.ContainsKey(clientId)
                ? null
                : _byClient.GetOrAdd(clientId, _ => new KnownClient(_highest, feed));
        }
    }

    /// <summary>Forgets who can be admitted no more and owes nothing.</summary>
    private void Sweep()
    {
        lock (_sweeping)
        {
            if (time.GetElapsedTime(_nextSweep) < TimeSpan.Zero)
            {
                return;
            }

            _nextSweep = time.GetTimestamp() + (long)(SweepPeriod.TotalSeconds * time.TimestampFrequency);
            var now = time.GetElapsedTime(_started);
            foreach (var (clientId, client) in _byClient)
            {
                var isOld = now - DegradedPlan.VerifiedLongest > client.LastVerified;
                if (isOld && !client.HasDebt && live.RunningOf(clientId) == 0)
                {
                    _highest = _highest.OrMore(client.Total);
                    _byClient.TryRemove(KeyValuePair.Create(clientId, client));
                }
            }
        }
    }
}
