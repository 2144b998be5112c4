using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Testing;

/// <summary>
/// Silos on one table, on a clock that the test owns. Everything runs on the test's thread, in one order. Shared by
/// unit and property tests.
/// </summary>
internal sealed class Fleet
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly SteppedTime _tableTime;
    private TableFault _fault;

    internal Fleet(int silos, MembershipOptions? options = null)
    {
        Options = options ?? new MembershipOptions();
        _tableTime = new SteppedTime(Time);
        Table = new InMemoryMembershipTable(_tableTime, Options);
        for (var i = 0; i < silos; i++)
        {
            Join();
        }
    }

    internal MembershipOptions Options { get; }

    internal ManualTime Time { get; } = new();

    /// <summary>The table itself, which no fault of a silo's way to it touches.</summary>
    internal InMemoryMembershipTable Table { get; }

    internal List<FleetSilo> Silos { get; } = [];

    /// <summary>What happens to every call of the table, before what happens on a silo's own way to it.</summary>
    internal TableFault Fault
    {
        get => _fault;
        set
        {
            _fault = value;
            Silos.ForEach(silo => silo.Link.AnswerSlowOnes());
        }
    }

    /// <summary>Told of each call that the table executes, before it is answered.</summary>
    internal Action<TableCall>? Executed { get; set; }

    /// <summary>Told of each call that was answered, or has failed, when the silo learns it.</summary>
    internal Action<TableCall, bool>? Ended { get; set; }

    internal FleetSilo this[int index] => Silos[index];

    internal ClusterView Truth => Table.ReadAsync(CancellationToken.None).Result;

    /// <summary>The places in <see cref="Silos"/> of those in the view.</summary>
    internal int[] Living => [.. Silos.Where(silo => silo.Id != 0 && Truth.Find(silo.Id) is not null).Select(IndexOf)];

    /// <summary>One more silo, which has joined by the time this returns.</summary>
    internal FleetSilo Join(ILoggerFactory? logging = null)
    {
        var silo = Make(logging);
        silo.Begin(silo.JoinAsync);
        Settle();
        return silo;
    }

    /// <summary>One more silo, which has not joined yet.</summary>
    internal FleetSilo Make(ILoggerFactory? logging = null)
    {
        var silo = new FleetSilo(this, Silos.Count, logging ?? NullLoggerFactory.Instance);
        Silos.Add(silo);
        return silo;
    }

    /// <summary>Another process joins at the address of that silo, and is left to itself.</summary>
    internal void Replace(FleetSilo silo)
    {
        var self = silo.Service.Self;
        _ = Table.JoinAsync(new SiloCandidate("new", self.Host, self.Port, ["client"], 1), default);
        Executed?.Invoke(new TableCall("Join", 0, 0));
    }

    internal int IndexOf(FleetSilo silo) => Silos.IndexOf(silo);

    /// <summary>The table's clock is set; no time passes.</summary>
    internal void StepTableClock(TimeSpan by) => _tableTime.Offset += by;

    internal DateTimeOffset TableNow => _tableTime.GetUtcNow();

    internal void Advance(double seconds)
    {
        for (var left = TimeSpan.FromSeconds(seconds); left > TimeSpan.Zero; left -= Step)
        {
            Time.Advance(left < Step ? left : Step);
            Settle();
        }
    }

    /// <summary>Runs until nothing more can happen by itself.</summary>
    internal void Settle()
    {
        while (Silos.Sum(silo => silo.Run()) > 0)
        {
            // What one silo did may have given another something to do.
        }
    }

    private sealed class SteppedTime(TimeProvider time) : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Offset;
    }
}

/// <summary>One silo of a <see cref="Fleet"/>, and what it was told.</summary>
internal sealed class FleetSilo
{
    private readonly DeterministicTurnScheduler _scheduler = new(null);

    internal FleetSilo(Fleet fleet, int index, ILoggerFactory logging)
    {
        Link = new TableLink(fleet);
        Service = new MembershipService(new MembershipParts
        {
            Table = Link,
            Candidate = new SiloCandidate(
                string.Create(CultureInfo.InvariantCulture, $"s{index}"), "10.0.0.1", index + 1, ["client"], 1),
            Options = fleet.Options,
            Time = fleet.Time,
            Scheduler = _scheduler,
            Logging = logging,
        });
        Service.ViewChanged += view => News.Add(string.Create(CultureInfo.InvariantCulture, $"view {view.Version}"));
        Service.Evicted += _ => News.Add("evicted");
    }

    internal MembershipService Service { get; }

    /// <summary>Its way to the table.</summary>
    internal TableLink Link { get; }

    /// <summary>0 until it has joined.</summary>
    internal long Id { get; private set; }

    /// <summary>Every view and the eviction, in the order they were told.</summary>
    internal List<string> News { get; } = [];

    internal bool WasEvicted => News.Contains("evicted");

    /// <summary>
    /// A paused process does nothing, and time goes on without it. One that has crashed is never resumed.
    /// </summary>
    internal bool IsPaused { get; set; }

    internal async Task JoinAsync() => Id = (await Service.JoinAsync(CancellationToken.None)).Id;

    /// <summary>Begins something in this process, as its host would.</summary>
    internal T Begin<T>(Func<T> work)
        where T : Task
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_scheduler.Context);
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    internal int Run() => IsPaused ? 0 : _scheduler.RunUntilIdle();
}
