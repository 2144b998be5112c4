using Sluice.Simulation.Kernel;
using Sluice.Simulation.Processes;

namespace Sluice.Simulation.Faults;

/// <summary>Has things go wrong, by the seed, until it is told that all is to be well.</summary>
internal sealed class FaultInjector(Fleet fleet, Cluster cluster, FaultMix mix)
{
    private static readonly TimeSpan LeastTrouble = TimeSpan.FromMilliseconds(100);

    private bool _isOver;

    private SimulatedWorld World => cluster.World;

    internal void Start() => PlanNext();

    /// <summary>Everything works from here on: whoever stood still goes on, whoever is missing comes back.</summary>
    internal void Heal()
    {
        _isOver = true;
        World.Trace.Note("faults", "are over");
        cluster.Database.Up();
        fleet.UnblockAll();
        fleet.ResumeAll();
        fleet.RestartMissing();
    }

    private void PlanNext() => World.Plan(
        TimeSpan.FromTicks((long)(-Math.Log(1 - World.Random.NextDouble()) * mix.Pause.Ticks)),
        () =>
        {
            if (!_isOver)
            {
                Inject(mix.Faults[World.Random.Next(mix.Faults.Count)]);
                PlanNext();
            }
        });

    private void Inject(Fault fault)
    {
        if (FaultMix.IsLossy(fault))
        {
            cluster.Judge.IsExact = false;
        }

        switch (fault)
        {
            case Fault.SiloStop:
                fleet.StopSilo();
                break;
            case Fault.EdgeCrash:
                fleet.KillEdge();
                break;
            case Fault.EdgePause:
                // In a gentle run it is back before its slots lapse.
                fleet.PauseEdge(Draw(mix.IsGentle ? 8 : 25));
                break;
            case Fault.EdgeCut:
                fleet.CutEdge();
                break;
            case Fault.SiloCrash:
                fleet.KillSilo(isMachineLost: false);
                break;
            case Fault.MachineLoss:
                fleet.KillSilo(isMachineLost: true);
                break;
            case Fault.SiloPause:
                fleet.PauseSilo(Draw(12));
                break;
            case Fault.SiloCut:
                fleet.CutSilos();
                break;
            case Fault.Block:
                fleet.Block(Draw(8));
                break;
            case Fault.EdgeFlap:
                fleet.Flap(World.Random.Next(2, 6));
                break;
            case Fault.Split:
                fleet.Split(World.Between(TimeSpan.FromSeconds(3.5), TimeSpan.FromSeconds(7)));
                break;
            default:
                Trouble(fault);
                break;
        }
    }

    private void Trouble(Fault fault)
    {
        var database = cluster.Database;
        var length = Draw(fault == Fault.DatabaseDown ? 8 : 12);
        World.Trace.Note("database", $"{fault} for {length.TotalSeconds:0.00} s");
        switch (fault)
        {
            case Fault.DatabaseDown:
                database.Down();
                break;
            case Fault.DatabaseCutOff:
                database.CutOff(fleet.AnySiloMachine());
                break;
            case Fault.DatabaseLosesAnswers:
                database.LostAnswersPerThousand = World.Random.Next(20, 500);
                break;
            default:
                database.Slowness = World.Random.Next(5, 200);
                break;
        }

        World.Plan(length, () =>
        {
            database.Up();
            World.Trace.Note("database", "is well");
        });
    }

    private TimeSpan Draw(double secondsMost) => World.Between(LeastTrouble, TimeSpan.FromSeconds(secondsMost));
}
