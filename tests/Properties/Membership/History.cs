using FsCheck;
using FsCheck.Fluent;
using Sluice.Testing;

namespace Sluice.Properties.Membership;

/// <summary>Something that happens to a fleet.</summary>
internal enum Event
{
    Nothing,
    Join,
    Crash,
    Pause,
    Resume,
    CutPeers,
    HealPeers,
    CutTable,
    HealTable,
    Outage,
    EndOutage,
    BeginStopping,
    Leave,
    Replace,
    StepClock,
}

/// <param name="Event">What happens.</param>
/// <param name="Silo">To whom, if to one; counted round the fleet.</param>
/// <param name="Other">And to whom else.</param>
/// <param name="Milliseconds">What passes until the next one, and by how much a clock is set.</param>
internal readonly record struct Happening(Event Event, int Silo, int Other, int Milliseconds)
{
    /// <summary>Short times are drawn half of the time: that is where heartbeats are just late.</summary>
    public static Gen<Happening> Any(params Event[] events) =>
        from happens in Gen.Elements(events)
        from silo in Gen.Choose(0, 9)
        from other in Gen.Choose(0, 9)
        from milliseconds in Draw.Mostly(0, 1_200, 9_000)
        select new Happening(happens, silo, other, milliseconds);
}

/// <summary>
/// Silos whose peers tell their membership whom they cannot reach, as the wire does, through a history of faults.
/// </summary>
internal sealed class History
{
    private const int SilosMax = 6;
    private const int WirePeriodMilliseconds = 250;

    private readonly HashSet<(int, int)> _cut = [];
    private readonly HashSet<FleetSilo> _crashed = [];
    private readonly HashSet<FleetSilo> _left = [];

    internal History(int silos)
    {
        Fleet = new Fleet(silos);
        Judge = new Judge(Fleet);
        Fleet.Advance(4);
    }

    internal Fleet Fleet { get; }

    internal Judge Judge { get; }

    /// <summary>Running processes that have not left by themselves.</summary>
    internal IEnumerable<FleetSilo> Running => Fleet.Silos.Where(silo => !silo.IsPaused && !_left.Contains(silo));

    internal IEnumerable<FleetSilo> Crashed => _crashed;

    internal void Run(IEnumerable<Happening> happenings)
    {
        foreach (var happening in happenings)
        {
            Happen(happening);
            Pass(happening.Milliseconds);
        }
    }

    /// <summary>Every fault ends, and who is not dead for good goes on.</summary>
    internal void Heal(int milliseconds)
    {
        Fleet.Fault = TableFault.None;
        _cut.Clear();
        foreach (var silo in Fleet.Silos)
        {
            silo.Link.Fault = TableFault.None;
            silo.IsPaused = _crashed.Contains(silo);
        }

        Pass(milliseconds);
    }

    private void Pass(int milliseconds)
    {
        for (var left = milliseconds; left > 0; left -= WirePeriodMilliseconds)
        {
            Fleet.Advance(Math.Min(left, WirePeriodMilliseconds) / 1000.0);
            foreach (var silo in Running)
            {
                foreach (var peer in Fleet.Silos.Where(peer => peer != silo && !Reaches(silo, peer)))
                {
                    silo.Service.Suspect(peer.Id);
                }
            }

            Fleet.Settle();
        }
    }

    private bool Reaches(FleetSilo silo, FleetSilo peer) =>
        !peer.IsPaused && !_left.Contains(peer)
        && !_cut.Contains(Pair(Fleet.IndexOf(silo), Fleet.IndexOf(peer)));

    private void Happen(Happening happening)
    {
        var count = Fleet.Silos.Count;
        var silo = Fleet[happening.Silo % count];
        var pair = Pair(happening.Silo % count, happening.Other % count);
        var fault = (TableFault)(1 + (happening.Other % 3));
        switch (happening.Event)
        {
            case Event.Join when count < SilosMax && Fleet.Fault == TableFault.None:
                Fleet.Join();
                break;
            case Event.Crash:
                silo.IsPaused = true;
                _crashed.Add(silo);
                break;
            case Event.Pause:
                silo.IsPaused = true;
                break;
            case Event.Resume:
                silo.IsPaused = _crashed.Contains(silo);
                break;
            case Event.CutPeers:
                _cut.Add(pair);
                break;
            case Event.HealPeers:
                _cut.Remove(pair);
                break;
            case Event.CutTable:
                silo.Link.Fault = fault;
                break;
            case Event.HealTable:
                silo.Link.Fault = TableFault.None;
                break;
            case Event.Outage:
                Fleet.Fault = fault;
                break;
            case Event.EndOutage:
                Fleet.Fault = TableFault.None;
                break;
            case Event.BeginStopping when !silo.IsPaused:
                silo.Begin(() => silo.Service.BeginStoppingAsync(default));
                break;
            case Event.Leave when !silo.IsPaused && Fleet.Fault == TableFault.None
                && silo.Link.Fault == TableFault.None && !silo.WasEvicted:
                silo.Begin(() => silo.Service.LeaveAsync(default));
                _left.Add(silo);
                break;
            case Event.Replace:
                Fleet.Replace(silo);
                break;
            case Event.StepClock:
                Fleet.StepTableClock(TimeSpan.FromMilliseconds((happening.Other - 5) * happening.Milliseconds));
                break;
        }

        Fleet.Settle();
    }

    private static (int, int) Pair(int one, int other) => (Math.Min(one, other), Math.Max(one, other));
}
