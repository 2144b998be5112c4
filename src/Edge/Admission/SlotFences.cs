using System.Collections.Concurrent;
using Sluice.Edge.Calls;
using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Limits;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Edge.Admission;

/// <summary>
/// The edge's side of slots, for clients that have a limit on calls at once: whose answers it believes, and which calls
/// it ends because nobody renews their slots.
/// </summary>
/// <remarks>
/// An answer is believed, or the edge moves on to a newer activation, under one lock per client. So whatever it takes
/// into a report after it has moved on is all that older activations have ever given it.
/// </remarks>
internal sealed partial class SlotFences(
    LiveCalls live, EdgeMetrics metrics, TimeProvider time, ILogger<SlotFences> logger) : IDisposable
{
    /// <summary>How often it is looked for calls that must end; they end so much early, and never late.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Clients whose last call is so many slot times ago are not reported any more.</summary>
    private const int KeptSlotTimes = 2;

    private readonly ConcurrentDictionary<string, Client> _byClient = new();
    private readonly Lock _timing = new();
    private ITimer? _timer;
    private bool _ticking;

    /// <summary>One client's; locked.</summary>
    private sealed class Client
    {
        public EdgeFence Fence;
        public SlotFence Kind;
        public TimeSpan SlotTtl;
        public long UsedAt;
    }

    /// <summary>An activation that the edge did not know answered for this client: it waits for a report.</summary>
    public event Action<string>? Replaced;

    /// <summary>
    /// A request was admitted. False: by an activation that is over; its answer counts for nothing, and the request is
    /// asked for again.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="reply">What it was answered.</param>
    /// <param name="sent">Timestamp from before it was asked for.</param>
    public bool Accepts(ModelCall call, in AdmitReply reply, long sent)
    {
        var clientId = call.Caller.ClientId;
        if (!_byClient.TryGetValue(clientId, out var client))
        {
            // Without a limit on calls at once it is told what they use, when a limit counts that.
            if (reply.Fence is SlotFence.None && reply.Held is null)
            {
                return true;
            }

            client = _byClient.GetOrAdd(clientId, static _ => new Client());
        }

        bool isNew;
        lock (client)
        {
            if (!client.Fence.Accepts(reply.Epoch))
            {
                return false;
            }

            isNew = MovesOn(client, reply.Epoch);
            (client.Kind, client.SlotTtl, client.UsedAt) = (reply.Fence, reply.SlotTtl, time.GetTimestamp());
            (call.SlotEpoch, call.SlotSent, call.Held) = (reply.Epoch, sent, reply.Held);
            if (client.Kind is SlotFence.Strict && HasLapsed(client, call, Period))
            {
                call.SlotEpoch = 0; // So late an answer that its slot may be another's: it is asked for again.
            }
        }

        Tick();
        if (isNew)
        {
            Replaced?.Invoke(clientId);
        }

        return call.SlotEpoch > 0;
    }

    /// <summary>Clients to be reported though perhaps nothing of them runs, in one order.</summary>
    public IEnumerable<string> ClientIds => _byClient.Keys.Order(StringComparer.Ordinal);

    /// <summary>
    /// The newest activation that is known of the client, the calls of it that were admitted, and what they have used;
    /// null when it has no limit on calls at once, and none in tokens.
    /// </summary>
    /// <param name="clientId">The client.</param>
    /// <param name="running">All that runs of it by now, taken by this.</param>
    public (long Epoch, ModelCall[] Admitted, LiveUse[] Uses)? ReportOf(string clientId, out ModelCall[] running)
    {
        if (!_byClient.TryGetValue(clientId, out var client))
        {
            running = live.Of(clientId);
            return null;
        }

        lock (client)
        {
            running = live.Of(clientId);
            var admitted = Array.FindAll(running, static call => call.SlotEpoch > 0);
            return (client.Fence.ReportedEpoch, admitted, [.. from call in admitted
                                                              where call.Held is not null
                                                              select call.LiveUse]);
        }
    }

    /// <summary>A report was answered.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="epoch">The epoch that the report named.</param>
    /// <param name="admitted">The calls in it.</param>
    /// <param name="sent">Timestamp from before it was sent.</param>
    /// <param name="reply">The answer.</param>
    /// <returns>False: by an activation that was not known, which needs a report that names it.</returns>
    public bool Renewed(string clientId, long epoch, ModelCall[] admitted, long sent, ReportReply reply)
    {
        if (!_byClient.TryGetValue(clientId, out var client))
        {
            return true;
        }

        lock (client)
        {
            if (MovesOn(client, reply.Epoch))
            {
                return false;
            }

            if (reply.Epoch != epoch || epoch != client.Fence.ReportedEpoch || !reply.IsRenewed)
            {
                return true;
            }

            if (reply.SlotTtl > TimeSpan.Zero)
            {
                (client.Kind, client.SlotTtl) = (reply.Fence, reply.SlotTtl);
            }

            foreach (var call in admitted)
            {
                // What has lapsed meanwhile may be another's by now, whatever the answer says.
                if (!HasLapsed(client, call, TimeSpan.Zero))
                {
                    call.SlotSent = Math.Max(call.SlotSent, sent);
                }
            }
        }

        return true;
    }

    public void Dispose() => _timer?.Dispose();

    private static bool MovesOn(Client client, long epoch)
    {
        var isNew = epoch > client.Fence.ReportedEpoch;
        client.Fence = client.Fence.Reported(epoch);
        return isNew;
    }

    /// <summary>Looks for calls that must end, as long as there is anybody to look at.</summary>
    private void Look()
    {
        foreach (var clientId in ClientIds)
        {
            if (!_byClient.TryGetValue(clientId, out var client))
            {
                continue;
            }

            ModelCall[] lapsed;
            lock (client)
            {
                var running = live.Of(clientId);
                client.UsedAt = running.Length > 0 ? time.GetTimestamp() : client.UsedAt;
                lapsed = Array.FindAll(running, call => HasLapsed(client, call, Period));
                if (running.Length == 0 && time.GetElapsedTime(client.UsedAt) >= KeptSlotTimes * client.SlotTtl)
                {
                    _byClient.TryRemove(KeyValuePair.Create(clientId, client));
                }
            }

            Array.ForEach(lapsed, call => Lapsed(clientId, client.Kind, call));
        }

        lock (_timing)
        {
            _ticking = false;
        }

        if (!_byClient.IsEmpty)
        {
            Tick();
        }
    }

    private bool HasLapsed(Client client, ModelCall call, TimeSpan early) => call.SlotEpoch > 0
        && client.Kind is not SlotFence.None
        && time.GetElapsedTime(call.SlotSent) + early >= EdgeFence.EndsAt(TimeSpan.Zero, client.SlotTtl);

    private void Lapsed(string clientId, SlotFence kind, ModelCall call)
    {
        if (kind is SlotFence.Strict)
        {
            if (!call.IsCutOff)
            {
                metrics.SlotNotRenewed(isEnded: true);
                LogEnded(clientId, call.RequestId);
            }

            call.CutOff(ApiError.SlotLost); // Again and again: it may be on its way to its pool only now.
        }
        else if (!call.IsUnrenewed)
        {
            call.IsUnrenewed = true;
            metrics.SlotNotRenewed(isEnded: false);
        }
    }

    private void Tick()
    {
        lock (_timing)
        {
            if (_ticking)
            {
                return;
            }

            _ticking = true;
            _timer ??= time.CreateTimer(
                static fences => ((SlotFences)fences!).Look(), this,
                Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(Period, Timeout.InfiniteTimeSpan);
        }
    }

    [LoggerMessage(2131, LogLevel.Warning,
        "Client {ClientId}, request {RequestId}: its slot could not be renewed in time; the call is ended.")]
    private partial void LogEnded(string clientId, RequestId requestId);
}
