using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Simulation.Database;
using Sluice.Simulation.Faults;
using Sluice.Simulation.Judging;
using Sluice.Simulation.Kernel;
using Sluice.Simulation.Network;
using Sluice.Simulation.Processes;

namespace Sluice.Simulation;

/// <summary>
/// One seed, from an empty database to the last look: a cluster is made, works, works while things go wrong, is left
/// alone until it must be well, and must then keep every promise exactly.
/// </summary>
internal sealed class SimulationRun
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(2);

    /// <summary>
    /// L1 gives two times-to-live after the last activation that began among faults; silos find out that one of them is
    /// gone, and one begins there, within some seconds after the last fault.
    /// </summary>
    private static readonly TimeSpan Healing = (2 * Judge.SlotTtl) + TimeSpan.FromSeconds(10);

    /// <summary>An edge that is lost is not waited for any more after two minutes.</summary>
    private static readonly TimeSpan ComparingLimit = TimeSpan.FromSeconds(150);

    private static readonly TimeSpan Quiet = Judge.SlotTtl + TimeSpan.FromSeconds(3);

    private const long QuietCallsOfTenant = 100;

    private readonly long _seed;
    private readonly SimulatedWorld _world;
    private readonly FaultMix _mix;
    private readonly IReadOnlyList<SimulatedClient> _clients;
    private readonly IReadOnlyList<SimulatedClient> _tenants;
    private readonly SimulatedNetwork _network;
    private readonly SimulatedDatabase _database;
    private readonly Judge _judge;
    private readonly Cluster _cluster;
    private readonly SimulatedPool _pool;
    private readonly Fleet _fleet;
    private readonly SimulatedOperator _operator;
    private readonly FaultInjector _faults;
    private readonly Load _load;

    private SimulationRun(long seed, Action<string>? writer)
    {
        _seed = seed;
        var random = new Random(unchecked((int)(seed * 2654435761 % int.MaxValue)));
        _world = new SimulatedWorld(random, new EventTrace(writer));
        _mix = new FaultMix(random);
        _clients = Crowd.Draw(random);
        _tenants = Crowd.DrawTenants(random);
        _network = new SimulatedNetwork(_world) { Slowness = _mix.NetworkSlowness };
        _database = new SimulatedDatabase(_world, random.Next(-Cluster.DriftMax, Cluster.DriftMax + 1));
        _judge = new Judge(_world, _database, _clients, _tenants) { LosesNoCall = _mix.LosesNoCall };
        _pool = new SimulatedPool(_world, _judge);
        _cluster = new Cluster(_world, _network, _database, _judge)
        {
            SiloMachines = [.. Enumerable.Range(1, random.Next(2, 5)).Select(i => $"10.0.0.{i}")],
        };
        _fleet = new Fleet(_cluster, _pool, edges: random.Next(2, 4));
        _operator = new SimulatedOperator(_cluster, "10.2.0.1");
        _faults = new FaultInjector(_fleet, _cluster, _mix);
        _load = new Load(_world, _fleet, _clients, _mix);
    }

    /// <summary>Runs one seed.</summary>
    /// <param name="seed">Any number; it decides everything.</param>
    /// <param name="writer">Takes every event in words as it happens; null when nobody reads them.</param>
    internal static SimulationReport Run(long seed, Action<string>? writer = null)
    {
        // A thread of its own: nothing of whoever asks flows into the run, and no object is kept from another run.
        SimulationReport? report = null;
        var thread = new Thread(() => report = new SimulationRun(seed, writer).Run(), maxStackSize: 16 << 20);
        thread.UnsafeStart();
        thread.Join();
        return report!;
    }

    private SimulationReport Run()
    {
        _world.Trace.Note("seed", $"{_seed}: {_mix}");
        try
        {
            _ = Begin() && Trouble() && Heal() && KeepEveryPromise() && FallQuiet() && CompareWithLog();
        }
        finally
        {
            _fleet.KillAll();
            _operator.Kill();
            _cluster.CloseMeters();
        }

        return new SimulationReport
        {
            Seed = _seed,
            Mix = _mix.ToString(),
            IsGentle = _mix.IsGentle,
            Hash = _world.Trace.Hash,
            Steps = _world.Steps,
            Simulated = TimeSpan.FromTicks(_world.Now),
            Violation = _world.Broken is { } broken ? new Violation("X1", broken) : _judge.Violation,
            LastEvents = [.. _world.Trace.Last],
            Gaps = _judge.Gaps,
            Asked = _load.Calls,
            Begun = _judge.Clients.Sum(client => client.Started),
            Openings = _judge.Clients.Sum(client => client.Openings),
            GoneOn = _judge.GoneOn,
            Overtaken = _judge.Overtaken,
            Lent = _judge.Lent,
            ByChunk = _judge.Clients.Sum(client => client.Chunks.Spent),
            Refused = _judge.Clients.Sum(client => client.Chunks.Refusals),
            Alone = _judge.Clients.Sum(client => client.Outages.Alone),
            Debts = _judge.Clients.Sum(client => client.Outages.Taken),
            Logged = _judge.Logged,
            Compared = _judge.Compared,
        };
    }

    private bool Begin()
    {
        var isReady = false;
        _fleet.RestartMissing();
        _operator.Start(_clients, _tenants, () => isReady = true);
        return RunUntil(() => isReady && _fleet.AllAreUp, StartLimit, "the cluster did not begin");
    }

    private bool Trouble()
    {
        _load.Start();
        LookNowAndThen();
        if (!RunFor(WarmUp))
        {
            return false;
        }

        _faults.Start();
        return RunFor(_mix.Length);
    }

    private bool Heal()
    {
        _load.Stop();
        _faults.Heal();
        return RunFor(Healing)
            && RunUntil(() => _fleet.AllAreUp, StartLimit, "the cluster did not come back");
    }

    /// <summary>Nothing is wrong any more: who is under its limits is admitted, and each call counts once.</summary>
    private bool KeepEveryPromise()
    {
        var since = _world.Now;
        if (LookAtAll() is not { } before)
        {
            return false;
        }

        var full = new HashSet<string>();
        foreach (var tenant in _tenants)
        {
            if (LookAtTenant(tenant) is not { } look)
            {
                return false;
            }

            var used = look.Limits.First(limit => limit.Name == SimulatedClient.QuotaName).Used;
            if (used + QuietCallsOfTenant >= tenant.Quota)
            {
                full.Add(tenant.Tenant);
            }
        }

        var calls = _load.CallQuietly(client => Used(before[client]), _judge.LostByCrashes, full);
        if (!RunUntil(() => calls.All(call => call.IsOver), StartLimit, "calls of quiet times did not end")
            || LookAtAll() is not { } after)
        {
            return false;
        }

        foreach (var client in _clients.Where(client => client.Quota is not null))
        {
            _judge.CheckCounted(
                client.ClientId, Used(before[client]), Used(after[client]), calls.Count(call => call.Client == client),
                since);
        }

        return _judge.Violation is null;
    }

    private bool FallQuiet()
    {
        if (!RunFor(Quiet) || LookAtAll() is not { } looks)
        {
            return false;
        }

        foreach (var client in _clients)
        {
            _judge.CheckQuiet(client.ClientId, looks[client]);
        }

        foreach (var tenant in _tenants)
        {
            if (LookAtTenant(tenant) is { } look)
            {
                _judge.CheckQuiet(tenant, look);
            }
        }

        return _judge.Violation is null;
    }

    /// <summary>
    /// Every count is compared with the usage log once more. One of an edge that was lost is waited for long enough
    /// that nobody expects it any more; that takes so long that not every run with one waits for it.
    /// </summary>
    private bool CompareWithLog()
    {
        _judge.CheckAllLogged(_fleet.Sessions);
        if (_judge.Violation is not null || (_fleet.HasLostEdge && _world.Random.Next(4) > 0))
        {
            return _judge.Violation is null;
        }

        var compared = new Dictionary<SimulatedClient, bool>();
        var counted = _clients.Where(client => client.HasQuota).ToList();
        counted.ForEach(client => _operator.Reconcile(
            client, reply => compared[client] = reply.State is ReconcileState.Done));
        if (!RunUntil(() => compared.Count == counted.Count, ComparingLimit, "a count is not compared with the log")
            || LookAtAll() is not { } looks)
        {
            return false;
        }

        foreach (var client in counted)
        {
            _judge.CheckReconciled(client, Used(looks[client]), compared[client], _fleet.Sessions);
        }

        return _judge.Violation is null;
    }

    private Dictionary<SimulatedClient, ClientLiveState>? LookAtAll()
    {
        var looks = new Dictionary<SimulatedClient, ClientLiveState>();
        foreach (var client in _clients)
        {
            _operator.Look(client, look =>
            {
                if (look is not null)
                {
                    looks[client] = look;
                }
            });
        }

        return RunUntil(() => looks.Count == _clients.Count, StartLimit, "a client cannot be looked at") ? looks : null;
    }

    private TenantLiveState? LookAtTenant(SimulatedClient tenant)
    {
        TenantLiveState? seen = null;
        _operator.LookAtTenant(tenant, look => seen = look);
        return RunUntil(() => seen is not null, StartLimit, "the tenant cannot be looked at") ? seen : null;
    }

    private void LookNowAndThen() => _world.Plan(LookPeriod, () =>
    {
        if (_load.IsOn)
        {
            _operator.Look(_clients[_world.Random.Next(_clients.Count)], _ => { });
            LookNowAndThen();
        }
    });

    private static long Used(ClientLiveState look) =>
        look.Limits.FirstOrDefault(limit => limit.Name == SimulatedClient.QuotaName).Used;

    private bool RunFor(TimeSpan length)
    {
        var until = _world.Now + length.Ticks;
        while (!IsBroken && _world.Step(until))
        {
        }

        return !IsBroken;
    }

    private bool RunUntil(Func<bool> condition, TimeSpan limit, string otherwise)
    {
        var until = _world.Now + limit.Ticks;
        while (!IsBroken && !condition())
        {
            if (!_world.Step(until))
            {
                _judge.Fail("L1", $"After {limit.TotalSeconds} s: {otherwise}.");
            }
        }

        return !IsBroken;
    }

    private bool IsBroken => _judge.Violation is not null || _world.Broken is not null;
}
