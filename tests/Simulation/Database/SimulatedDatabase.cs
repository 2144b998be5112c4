using Sluice.Actors.Membership;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Database;

/// <summary>
/// The one database of the installation: every statement happens at one moment, all or nothing. The way there may be
/// slow or closed, and answers may be lost after the statement was carried out.
/// </summary>
internal sealed class SimulatedDatabase
{
    /// <summary>As the storage's own: longer than that nobody waits for an answer.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan UsualDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan RareDelay = TimeSpan.FromMilliseconds(300);

    private readonly SimulatedWorld _world;
    private readonly SortedSet<string> _cutOff = new(StringComparer.Ordinal);
    private readonly List<Action> _held = [];
    private bool _isDown;

    internal SimulatedDatabase(SimulatedWorld world, int driftPpm)
    {
        _world = world;
        var time = world.NewProcess("database", driftPpm).Time;
        Silos = new InMemoryMembershipTable(time);
        Counts = new LedgerTable(time);
        Usage = new UsageTable(time);
        States = new StateTable();
    }

    internal InMemoryMembershipTable Silos { get; }

    internal LedgerTable Counts { get; }

    internal UsageTable Usage { get; }

    internal StateTable States { get; }

    /// <summary>How many answers in a thousand are lost after the statement was carried out.</summary>
    internal int LostAnswersPerThousand { get; set; }

    /// <summary>How many times slower than usual it is; 1 or more.</summary>
    internal int Slowness { get; set; } = 1;

    /// <summary>Nobody reaches it. What is asked meanwhile hangs, and may be carried out when it is back.</summary>
    internal void Down() => _isDown = true;

    /// <summary>That machine does not reach it.</summary>
    internal void CutOff(string machine) => _cutOff.Add(machine);

    /// <summary>That machine reaches it again.</summary>
    internal void LetIn(string machine)
    {
        if (_cutOff.Remove(machine))
        {
            ReleaseHeld();
        }
    }

    internal void Up()
    {
        _isDown = false;
        _cutOff.Clear();
        (LostAnswersPerThousand, Slowness) = (0, 1);
        ReleaseHeld();
    }

    private void ReleaseHeld()
    {
        foreach (var held in _held)
        {
            _world.Plan(Delay(), held);
        }

        _held.Clear();
    }

    /// <summary>A process asks for something; what it is answered comes back into that process.</summary>
    internal Task<T> AskAsync<T>(
        SimulatedProcess process, string machine, Func<T> statement, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>();
        if (cancellation.CanBeCanceled)
        {
            cancellation.UnsafeRegister(_ => process.Call(() => answer.TrySetCanceled(cancellation)), null);
        }

        var patience = new SimulatedTimer(process.Time, process, () => answer.TrySetException(
            new DatabaseTroubleException("It does not answer in time.")));
        patience.Change(CommandTimeout, Timeout.InfiniteTimeSpan);
        _world.Plan(Delay(), () => Arrived(process, machine, new Question<T>(statement, answer, patience)));
        return answer.Task;
    }

    private void Arrived<T>(SimulatedProcess process, string machine, Question<T> question)
    {
        if (!_isDown && !_cutOff.Contains(machine))
        {
            Execute(process, machine, question);
        }
        else if (_world.Chance(0.5))
        {
            process.Call(() => question.Fail("The connection was refused."));
        }
        else
        {
            // It is under way, whatever becomes of whoever asked.
            _held.Add(() => Execute(process, machine, question));
        }
    }

    private void Execute<T>(SimulatedProcess process, string machine, Question<T> question)
    {
        T result;
        try
        {
            result = question.Statement();
        }
        catch (Exception e)
        {
            _world.Plan(Delay(), () => process.Call(() => question.Fail(e)));
            return;
        }

        var isLost = _world.Random.Next(1000) < LostAnswersPerThousand;
        _world.Plan(Delay(), () => process.Call(() =>
        {
            if (isLost || _isDown || _cutOff.Contains(machine))
            {
                question.Fail("The connection was lost before the answer came.");
            }
            else
            {
                question.Give(result);
            }
        }));
    }

    private long Delay() => Slowness * _world.Draw(UsualDelay, RareDelay, oneIn: 300);

    private sealed class Question<T>(Func<T> statement, TaskCompletionSource<T> answer, SimulatedTimer patience)
    {
        internal Func<T> Statement => statement;

        internal void Give(T result)
        {
            patience.Dispose();
            answer.TrySetResult(result);
        }

        internal void Fail(string why) => Fail(new DatabaseTroubleException(why));

        internal void Fail(Exception exception)
        {
            patience.Dispose();
            answer.TrySetException(exception);
        }
    }
}
