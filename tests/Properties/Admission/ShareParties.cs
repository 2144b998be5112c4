using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Properties.Admission;

/// <summary>A call that was admitted, by a share or by a hold.</summary>
internal sealed class PassedCall(int client, RequestId id, TimeSpan at, long reserved)
{
    public int Client => client;

    public RequestId Id => id;

    public TimeSpan At => at;

    public long Reserved { get; } = reserved;

    /// <summary>What it used; while it runs, what it may use.</summary>
    public long Tokens { get; private set; } = reserved;

    /// <summary>0 when it never reached a pool.</summary>
    public long Requests { get; private set; } = 1;

    public bool IsOver { get; private set; }

    public void Ended(long tokens, bool dispatched) =>
        (Tokens, Requests, IsOver) = (tokens, dispatched ? 1 : 0, true);
}

/// <summary>An activation of the tenant, with what it keeps beside its account.</summary>
internal sealed class ShareOwner(ClientState state, int epoch)
{
    private readonly Dictionary<int, long> _exchanged = [];

    public ClientState State => state;

    public int Epoch => epoch;

    public ShareRecalls Recalls { get; } = new();

    public long LastShare { get; set; } = (long)epoch << 32;

    public bool IsNew(int client, long number)
    {
        var last = _exchanged.GetValueOrDefault(client);
        _exchanged[client] = Math.Max(last, number);
        return number > last || number >> 32 != last >> 32;
    }
}

/// <param name="Epoch">The activation that answers.</param>
/// <param name="Share">What it lends; null for nothing.</param>
internal readonly record struct ShareReply(int Epoch, Chunk? Share);

/// <param name="Number">Counted by the client.</param>
/// <param name="Returned">Shares that ended.</param>
/// <param name="Ends">Calls of earlier shares that ended.</param>
internal sealed record HeldExchange(
    long Number, IReadOnlyList<ShareReturn> Returned, List<(RequestId Id, Ending Ending)> Ends);

/// <summary>An activation of a client.</summary>
internal sealed class Holder
{
    private readonly List<ShareReturn> _ended = [];
    private long _recalled;

    /// <summary>How much faster its clock goes, in parts of a million.</summary>
    public int Drift { get; init; }

    public TenantShare? Share { get; private set; }

    public HeldExchange? Exchange { get; set; }

    /// <summary>Calls whose shares have ended.</summary>
    public HashSet<RequestId> Told { get; } = [];

    public List<(RequestId Id, Ending Ending)> Ends { get; private set; } = [];

    public int Epoch { get; set; }

    public TimeSpan? Asked { get; set; }

    public long Token { get; set; }

    public long Number { get; set; } = 1L << 32;

    public Moment At(TimeSpan elapsed) =>
        Client.At(elapsed + new TimeSpan(elapsed.Ticks * Drift / 1_000_000));

    public HeldExchange Next()
    {
        End();
        var next = new HeldExchange(++Number, [.. _ended], Ends);
        _ended.Clear();
        Ends = [];
        return next;
    }

    public void Answered(ShareReply reply, ClientPolicy limits, TimeSpan asked)
    {
        (Exchange, Asked, Epoch, Token) = (null, null, reply.Epoch, Token + 1); // A call has one answer.
        if (reply.Share is { } share)
        {
            Share = new TenantShare(
                share.Id.Number, limits, [.. share.Rates, .. share.Quotas], share.Granted.Utc, asked,
                ShareRules.Ttl - EdgeChunk.MarginOf(ShareRules.Ttl));
            Recall(_recalled);
        }
    }

    public void Recall(long number)
    {
        _recalled = Math.Max(_recalled, number);
        if (Share is { } share && share.Number <= _recalled)
        {
            End();
        }
    }

    private void End()
    {
        if (Share is { } share)
        {
            var returned = share.Return();
            Share = null;
            _ended.Add(returned);
            Told.UnionWith(returned.Running.Select(call => call.RequestId));
        }
    }
}
