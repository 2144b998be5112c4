using Sluice.Simulation.Kernel;
using Sluice.Simulation.Processes;

namespace Sluice.Simulation.Faults;

/// <summary>The silos and edges that run now, and everything that can be done to them.</summary>
internal sealed class Fleet
{
    private readonly Cluster _cluster;
    private readonly SimulatedPool _pool;
    private readonly Dictionary<string, SimulatedSilo?> _silos = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedEdge?> _edges = new(StringComparer.Ordinal);
    private readonly List<(string From, string To)> _blocked = [];
    private int _made;
    private long _splitUntil;

    internal Fleet(Cluster cluster, SimulatedPool pool, int edges)
    {
        (_cluster, _pool) = (cluster, pool);
        foreach (var machine in cluster.SiloMachines)
        {
            _silos[machine] = null;
        }

        for (var i = 1; i <= edges; i++)
        {
            _edges[$"10.1.0.{i}"] = null;
        }
    }

    private SimulatedWorld World => _cluster.World;

    /// <summary>Edges that clients reach now.</summary>
    internal List<SimulatedEdge> OpenEdges =>
        [.. _edges.Values.OfType<SimulatedEdge>().Where(edge => edge is { IsOpen: true, Process.IsPaused: false })];

    /// <summary>Sessions of the edges that are there.</summary>
    internal IReadOnlySet<long> Sessions =>
        _edges.Values.OfType<SimulatedEdge>().Where(edge => edge.IsOpen).Select(edge => edge.Session).ToHashSet();

    /// <summary>An edge was killed: nobody will ever tell what it had not told.</summary>
    internal bool HasLostEdge { get; private set; }

    internal bool AllAreUp => _silos.Values.All(silo => silo is { HasStarted: true, IsStopping: false })
        && _edges.Values.All(edge => edge is { IsOpen: true });

    private List<SimulatedSilo> Running => [.. _silos.Values.OfType<SimulatedSilo>().Where(
        silo => silo is { HasStarted: true, IsStopping: false, Process.IsPaused: false })];

    internal string AnySiloMachine() => Any(_cluster.SiloMachines);

    internal void RestartMissing()
    {
        foreach (var machine in _silos.Where(silo => silo.Value is null).Select(silo => silo.Key).ToList())
        {
            StartSilo(machine);
        }

        foreach (var machine in _edges.Where(edge => edge.Value is null).Select(edge => edge.Key).ToList())
        {
            StartEdge(machine);
        }
    }

    internal void StopSilo()
    {
        if (Running is { Count: > 1 } running)
        {
            var silo = Any(running);
            World.Trace.Note(silo.Process.Name, "is asked to stop");
            silo.Stop();
        }
    }

    internal void KillSilo(bool isMachineLost)
    {
        if (Running is not { Count: > 1 } running)
        {
            return;
        }

        var silo = Any(running);
        World.Trace.Note(silo.Process.Name, isMachineLost ? "is gone with its machine" : "is killed");
        if (isMachineLost)
        {
            BlockAround(silo.Machine, TimeSpan.FromSeconds(2 + World.Random.Next(6)));
        }

        Replace(silo, TimeSpan.FromSeconds(0.3 + (World.Random.NextDouble() * 8)));
    }

    internal void PauseSilo(TimeSpan length)
    {
        if (Running is { Count: > 1 } running)
        {
            Pause(Any(running).Process, length);
        }
    }

    internal void KillEdge()
    {
        if (OpenEdges is { Count: > 0 } open)
        {
            var edge = Any(open);
            World.Trace.Note(edge.Process.Name, "is killed");
            edge.Kill();
            HasLostEdge = true;
            _edges[edge.Machine] = null;
            World.Plan(
                World.Between(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(3)), () => StartEdge(edge.Machine));
        }
    }

    internal void PauseEdge(TimeSpan length)
    {
        if (OpenEdges is { Count: > 0 } open)
        {
            Pause(Any(open).Process, length);
        }
    }

    internal void CutEdge() => Cut(Any([.. _edges.Keys]), AnySiloMachine());

    /// <summary>An edge reaches no silo, and does again, some times in a row.</summary>
    internal void Flap(int times)
    {
        if (times == 0 || OpenEdges is not { Count: > 0 } open)
        {
            return;
        }

        Flap(Any(open).Machine, times);
    }

    private void Flap(string edge, int times)
    {
        foreach (var silo in _cluster.SiloMachines)
        {
            Block(edge, silo, World.Between(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(3)));
        }

        if (times > 1)
        {
            World.Plan(
                World.Between(TimeSpan.FromSeconds(3.5), TimeSpan.FromSeconds(6)),
                () =>
                {
                    if (!IsHealed)
                    {
                        Flap(edge, times - 1);
                    }
                });
        }
    }

    internal void CutSilos() => Cut(AnySiloMachine(), AnySiloMachine());

    internal void Block(TimeSpan length)
    {
        var machines = _cluster.SiloMachines.Concat(_edges.Keys).ToList();
        var (from, to) = (Any(machines), AnySiloMachine());
        Block(from, to, length);
        if (World.Chance(0.5))
        {
            Block(to, from, length);
        }
    }

    /// <summary>
    /// A silo and an edge see each other and nobody else. The silo reaches the database again after the given time,
    /// when it may have been declared dead, and the others only some seconds later.
    /// </summary>
    internal void Split(TimeSpan withoutDatabase)
    {
        if (World.Now < _splitUntil || Running is not { Count: > 1 } running || OpenEdges is not { Count: > 0 } open)
        {
            return; // One at a time: two of them would cut through each other's sides.
        }

        var (silo, edge) = (Any(running).Machine, Any(open).Machine);
        var length = withoutDatabase + TimeSpan.FromSeconds(World.Random.Next(1, 4));
        _splitUntil = World.Now + length.Ticks;
        foreach (var other in _cluster.SiloMachines.Concat(_edges.Keys).Where(other => other != silo && other != edge))
        {
            foreach (var one in new[] { silo, edge })
            {
                Block(one, other, length);
                Block(other, one, length);
            }
        }

        World.Trace.Note(silo, $"does not reach the database for {withoutDatabase.TotalSeconds:0.00} s");
        _cluster.Database.CutOff(silo);
        World.Plan(withoutDatabase, () => _cluster.Database.LetIn(silo));
    }

    /// <summary>From here on nothing goes wrong any more.</summary>
    internal bool IsHealed { get; private set; }

    internal void UnblockAll()
    {
        IsHealed = true;
        foreach (var (from, to) in _blocked)
        {
            _cluster.Network.Unblock(from, to);
        }

        _blocked.Clear();
    }

    internal void ResumeAll()
    {
        foreach (var process in _silos.Values.Select(silo => silo?.Process)
            .Concat(_edges.Values.Select(edge => edge?.Process)))
        {
            process?.Resume();
        }
    }

    /// <summary>At the end of a run: whatever the processes hold is let go.</summary>
    internal void KillAll()
    {
        foreach (var edge in _edges.Values)
        {
            edge?.Kill();
        }

        foreach (var silo in _silos.Values)
        {
            silo?.Kill();
        }
    }

    private void StartSilo(string machine)
    {
        if (_silos[machine] is not null)
        {
            return;
        }

        var silo = new SimulatedSilo(_cluster, machine, ++_made);
        _silos[machine] = silo;
        silo.HasEnded += Ended;
        World.Trace.Note(silo.Process.Name, "starts");
        silo.Start();
    }

    private void Ended(SimulatedSilo silo)
    {
        if (_silos[silo.Machine] == silo)
        {
            Replace(silo, World.Between(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(4)));
        }
    }

    private void Replace(SimulatedSilo silo, TimeSpan after)
    {
        silo.Kill();
        _silos[silo.Machine] = null;
        World.Plan(after, () => StartSilo(silo.Machine));
    }

    private void StartEdge(string machine)
    {
        if (_edges[machine] is null)
        {
            var edge = new SimulatedEdge(_cluster, _pool, machine, ++_made);
            _edges[machine] = edge;
            edge.Start();
        }
    }

    private void Pause(SimulatedProcess process, TimeSpan length)
    {
        World.Trace.Note(process.Name, $"stands still for {length.TotalSeconds:0.00} s");
        process.Pause();
        World.Plan(length, () =>
        {
            World.Trace.Note(process.Name, "goes on");
            process.Resume();
        });
    }

    private void Cut(string one, string other)
    {
        if (one != other)
        {
            World.Trace.Note("network", $"connections between {one} and {other} break");
            _cluster.Network.Cut(one, other);
        }
    }

    private void BlockAround(string machine, TimeSpan length)
    {
        foreach (var other in _cluster.SiloMachines.Concat(_edges.Keys).Where(other => other != machine).ToList())
        {
            Block(machine, other, length);
            Block(other, machine, length);
        }
    }

    private void Block(string from, string to, TimeSpan length)
    {
        if (from == to)
        {
            return;
        }

        World.Trace.Note("network", $"nothing arrives from {from} at {to} for {length.TotalSeconds:0.00} s");
        _cluster.Network.Block(from, to);
        _blocked.Add((from, to));
        World.Plan(length, () => _cluster.Network.Unblock(from, to));
    }

    private T Any<T>(IReadOnlyList<T> items) => items[World.Random.Next(items.Count)];
}
