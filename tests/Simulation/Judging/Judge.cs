using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Limits;
using Sluice.Simulation.Database;
using Sluice.Simulation.Kernel;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Simulation.Judging;

/// <summary>
/// Holds the promises against what was seen from outside: at the pool, at the edges' side of the wire, in the database.
/// Its books are its own; what a grain says of itself is compared with them and never believed.
/// </summary>
internal sealed partial class Judge
{
    /// <summary>How much faster a silo's clock may run than the true one, with some room.</summary>
    internal const double Drift = 0.0003;

    /// <summary>The room for sums of fractions.</summary>
    internal const double Rounding = 1e-6;

    internal static readonly TimeSpan SlotTtl = TimeSpan.FromSeconds(15);

    private readonly SimulatedWorld _world;
    private readonly SimulatedDatabase _database;
    private readonly Dictionary<string, ClientBooks> _clients;
    private readonly Dictionary<string, ClientBooks> _ofTenants;
    private readonly Dictionary<RequestId, CallRecord> _calls = [];
    private readonly Dictionary<(string ClientId, long Epoch), long> _refusedAt = [];
    private readonly HashSet<long> _sessions = [];

    internal Judge(
        SimulatedWorld world, SimulatedDatabase database, IEnumerable<SimulatedClient> clients,
        IEnumerable<SimulatedClient> tenants)
    {
        (_world, _database) = (world, database);
        _ofTenants = tenants.ToDictionary(tenant => tenant.Tenant, tenant => new ClientBooks(tenant, this));
        _clients = clients.ToDictionary(client => client.ClientId, client => new ClientBooks(client, this));
        database.Counts.Opened += Opened;
        database.Counts.Written += Written;
        database.Usage.Stored += Stored;
    }

    internal long Now => _world.Now;

    internal Gaps Gaps { get; } = new();

    internal Violation? Violation { get; private set; }

    /// <summary>
    /// True until a fault may cost a silo what it has in memory: until then known gaps are broken promises too.
    /// </summary>
    internal bool IsExact { get; set; } = true;

    /// <summary>Nothing goes wrong that a call may be lost by.</summary>
    internal required bool LosesNoCall { get; init; }

    internal IEnumerable<ClientBooks> Clients => _clients.Values;

    internal void Fail(string invariant, string what)
    {
        if (Violation is null)
        {
            Violation = new Violation(invariant, what);
            _world.Trace.Note("judge", $"{invariant} is broken: {what}");
        }
    }

    /// <summary>More than is promised: a gap that is known, unless nothing has happened that explains it.</summary>
    internal void Exceeded(Gap gap, string invariant, long excess, string what)
    {
        if (IsExact || !Gaps.Known.Contains(gap))
        {
            Fail(invariant, what);
        }
        else
        {
            Gaps.Met(gap, excess);
        }
    }

    internal long StoredOf(SimulatedClient client) => _database.Counts.ReservedOf(
        client.LedgerKey, client.QuotaKey, QuotaPeriod.MonthOf(SimulatedTime.Start).Number);

    /// <summary>Its slot may have been given away: nobody has renewed it for as long as a slot is taken.</summary>
    internal bool HasLapsed(CallRecord call) => Now - call.RenewedAt >= SlotTtl.Ticks * (1 - Drift);

    internal void SessionOpened(long session)
    {
        if (!_sessions.Add(session))
        {
            Fail("S1", $"Session {session} was given to two edges.");
        }
    }

    /// <summary>
    /// Its slot has lapsed, and its edge could not end it: it stands still, or has only just gone on.
    /// </summary>
    internal bool HasStoodStill(CallRecord call) => HasLapsed(call)
        && (call.Edge.IsPaused || Now - call.Edge.ResumedAt < TimeSpan.FromSeconds(1).Ticks);

    internal CallRecord Asked(
        RequestId id, string clientId, SimulatedProcess edge, bool mustBeAdmitted, long inputUpper, long outputCap)
    {
        var call = new CallRecord
        {
            Id = id, Client = _clients[clientId].Client, AskedAt = Now, RenewedAt = Now, Edge = edge,
            MustBeAdmitted = mustBeAdmitted, InputUpper = inputUpper, OutputCap = outputCap,
        };
        _calls.Add(id, call);
        _clients[clientId].Asked++;
        _clients[clientId].Chunks.Asked(call);
        return call;
    }

    /// <summary>A question of an edge was answered.</summary>
    internal void AdmitAnswered(RequestId id, AdmitReply reply, long sentAt)
    {
        var call = _calls[id];
        var books = _clients[call.Client.ClientId];
        CheckFence(call, reply, sentAt);
        CheckRepeat(call, books, reply, sentAt);
        if (reply.Verdict is not Verdict.Admitted)
        {
            if (reply.Verdict is Verdict.RateLimited && reply.Epoch == books.Lineages.NewestEpoch)
            {
                books.Chunks.CheckRefusal(call, sentAt, books.Lineages);
            }

            return;
        }

        call.AdmittedAt = Now;
        var newest = books.Lineages.NewestEpoch;
        books.AnsweredLate += call.EndedAt >= 0 ? 1 : 0;
        Overtaken += reply.Epoch < newest && sentAt > books.Lineages.OpenedAt(newest) ? 1 : 0;
        var lineage = books.Lineages.Of(reply.Epoch);
        if (lineage is null)
        {
            Fail("F1", $"{call} was admitted by epoch {reply.Epoch}, which nobody opened.");
            return;
        }

        // An answer of an older activation after one of a newer says nothing of who holds the slot now.
        if (call.StartedAt < 0 && !call.IsAlone && reply.Epoch >= call.Epoch)
        {
            (call.Epoch, call.Lineage, call.AnsweredAt) = (reply.Epoch, lineage, Now);
            call.RenewedEpoch = 0;
            call.RenewedAt = Math.Max(call.RenewedAt, sentAt);
            lineage.LastUsed = Math.Max(lineage.LastUsed, reply.Epoch);
        }
    }

    /// <summary>The middleware is done with a call, and this is what its client hears.</summary>
    internal void Answered(CallRecord call, int status, bool wasGivenUp)
    {
        if (call.MustBeAdmitted && call.StartedAt < 0 && !wasGivenUp)
        {
            Fail("L1", $"{call} was refused with {status} in quiet times, by a client under its limits.");
        }

        if (LosesNoCall && status >= 500 && !wasGivenUp)
        {
            Fail("L2", $"{call} was answered with {status}, though silos only came and went as planned.");
        }
    }

    internal void Began(CallRecord call)
    {
        if (call is { Lineage: null, IsAlone: false, Chunk: null })
        {
            Fail("A1", $"{call} came to the pool, and nobody has admitted it.");
            return;
        }

        call.StartedAt = Now;
        _clients[call.Client.ClientId].Begin(call);
        if (call.IsAlone)
        {
            _clients[call.Client.ClientId].CheckAlone(call);
        }

        _ofTenants.GetValueOrDefault(call.Client.Tenant)?.Begin(call);
    }

    internal void Ended(CallRecord call)
    {
        call.EndedAt = Now;
        _clients[call.Client.ClientId].End(call);
        _ofTenants.GetValueOrDefault(call.Client.Tenant)?.End(call);
    }

    internal void Completing(RequestId id)
    {
        if (_calls.TryGetValue(id, out var call) && call.CompletingAt < 0)
        {
            call.CompletingAt = Now;
        }
    }

    /// <summary>A report was answered: by that epoch the slots of these calls are renewed.</summary>
    internal void Renewed(long session, IEnumerable<long> sequences, long epoch, long sentAt)
    {
        foreach (var sequence in sequences)
        {
            if (_calls.TryGetValue(new RequestId(session, sequence), out var call) && !HasLapsed(call)
                && epoch >= call.Epoch)
            {
                call.RenewedSince = call.RenewedEpoch == epoch ? call.RenewedSince : Now;
                (call.RenewedAt, call.RenewedEpoch) = (Math.Max(call.RenewedAt, sentAt), epoch);
            }
        }
    }

    /// <summary>Calls that were asked for when a newer activation was open, and admitted by an older one.</summary>
    internal long Overtaken { get; private set; }

    /// <summary>
    /// What crashes may have cost a client of its rate: each activation that another did not go on from had stored an
    /// eighth of the burst ahead, at most, and the newest may have it open.
    /// </summary>
    internal long LostByCrashes(SimulatedClient client)
    {
        var books = _clients[client.ClientId];
        return (books.Openings - 1 - books.Lineages.Continued) * Math.Max(1, client.Rate!.Burst / 8);
    }

    /// <summary>Shares of their limits that tenants lent.</summary>
    internal long Lent { get; set; }

    /// <summary>Activations that went on with what another had left.</summary>
    internal long GoneOn { get; private set; }

    internal void GoesOn(string clientId, long epoch, long lastEpoch)
    {
        GoneOn++;
        _clients[clientId].Lineages.GoesOn(epoch, lastEpoch);
    }

    /// <summary>A running call, for whoever looks for what went wrong.</summary>
    internal string Describe(CallRecord call) =>
        $"{call} of epoch {call.Epoch}, renewed by {call.RenewedEpoch} {TimeSpan.FromTicks(Now - call.RenewedAt)} ago"
        + (HasLapsed(call) ? " and lapsed" : "");

    /// <summary>An activation learns that a newer one has opened.</summary>
    internal void Refused(string clientId, long epoch) => _refusedAt.TryAdd((clientId, epoch), Now);

    /// <summary>F1. What an activation was refused to write, it must not spend.</summary>
    private void CheckFence(CallRecord call, AdmitReply reply, long sentAt)
    {
        if (reply.Verdict is Verdict.Admitted
            && _refusedAt.TryGetValue((call.Client.ClientId, reply.Epoch), out var refusedAt) && sentAt > refusedAt)
        {
            Fail("F1", $"{call} was admitted by epoch {reply.Epoch}, which knew that it was over.");
        }
    }

    /// <summary>
    /// A2. A question that is repeated while its call has its slot is answered as the first time, or with nothing: an
    /// activation that must ask first whether it is over decides nothing meanwhile.
    /// </summary>
    private void CheckRepeat(CallRecord call, ClientBooks books, AdmitReply reply, long sentAt)
    {
        if (reply.Verdict is not Verdict.Admitted && call.Epoch > 0 && !call.IsAlone && sentAt > call.AnsweredAt
            && call.CompletingAt < 0 && !HasLapsed(call) && books.Lineages.Of(reply.Epoch) == call.Lineage
            && (call.RenewedEpoch == 0 || books.Lineages.Of(call.RenewedEpoch) == call.Lineage)
            && !(reply.Verdict is Verdict.Pending && (books.Client.Slots is not null || IsOfTenant(call)))
            && !(reply.Verdict is Verdict.Pending && _refusedAt.ContainsKey((call.Client.ClientId, reply.Epoch))))
        {
            Fail("A2", $"{call} was admitted, and then answered with {reply.Verdict} when it was asked again.");
        }
    }

    /// <summary>R1, C1 and Q1 of the tenant: its clients' calls together are within its limits.</summary>
    private bool IsOfTenant(CallRecord call) => _ofTenants.ContainsKey(call.Client.Tenant);

    private void Opened(string clientId, long epoch, long siloId)
    {
        if (_clients.TryGetValue(clientId, out var books))
        {
            books.Lineages.Opened(epoch, Now);
            books.Openings++;
            _world.Trace.Note("database", $"{books.Client.Name} is opened by silo {siloId} as epoch {epoch}");
        }
    }

    private void Written(string clientId, long epoch, long newest, bool isStored)
    {
        if (isStored && epoch < newest)
        {
            Fail("F1", $"Epoch {epoch} of {clientId} was stored after epoch {newest} was opened.");
        }
    }
}
