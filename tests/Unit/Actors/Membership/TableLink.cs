using Sluice.Actors.Membership;

namespace Sluice.Testing;

/// <summary>What goes wrong on the way to the table.</summary>
internal enum TableFault
{
    None,

    /// <summary>Every call fails at once.</summary>
    Refused,

    /// <summary>No call is answered, until its token ends it.</summary>
    Silent,

    /// <summary>Calls are executed; their answers come when the fault is over, whatever the token says.</summary>
    Slow,
}

/// <summary>A call that the table has executed.</summary>
internal sealed record TableCall(string Name, long SiloId, long BySiloId);

/// <summary>One silo's way to the table, with faults. Notes what went over it.</summary>
internal sealed class TableLink(Fleet fleet) : IMembershipTable
{
    private readonly List<TaskCompletionSource> _slow = [];
    private TableFault _fault;

    /// <summary>Every call that was begun, by the name of its method.</summary>
    internal List<string> Calls { get; } = [];

    /// <summary>Most calls that were under way together.</summary>
    internal int UnderWayMax { get; private set; }

    internal TableFault Fault
    {
        get => _fault;
        set
        {
            _fault = value;
            AnswerSlowOnes();
        }
    }

    private TableFault FaultNow => fleet.Fault == TableFault.None ? Fault : fleet.Fault;

    private int UnderWay { get; set; }

    internal int CountOf(string name) => Calls.Count(call => call == name);

    /// <summary>If there is no reason any more to keep their answers back.</summary>
    internal void AnswerSlowOnes()
    {
        if (FaultNow != TableFault.Slow)
        {
            _slow.ForEach(answer => answer.SetResult());
            _slow.Clear();
        }
    }

    public Task<JoinedSilo> JoinAsync(SiloCandidate candidate, CancellationToken cancellationToken) =>
        PassAsync(new("Join", 0, 0), () => fleet.Table.JoinAsync(candidate, default), cancellationToken);

    public Task<MembershipSnapshot> HeartbeatAsync(long siloId, CancellationToken cancellationToken) =>
        PassAsync(
            new("Heartbeat", siloId, siloId),
            () => fleet.Table.HeartbeatAsync(siloId, default),
            cancellationToken);

    public Task<ClusterView> SetStatusAsync(long siloId, SiloStatus status, CancellationToken cancellationToken) =>
        PassAsync(
            new($"{status}", siloId, siloId),
            () => fleet.Table.SetStatusAsync(siloId, status, default),
            cancellationToken);

    public Task<ClusterView> SuspectAsync(long suspectId, long bySiloId, CancellationToken cancellationToken) =>
        PassAsync(
            new("Suspect", suspectId, bySiloId),
            () => fleet.Table.SuspectAsync(suspectId, bySiloId, default),
            cancellationToken);

    public Task<ClusterView> DeclareSilentAsync(
        long siloId, long bySiloId, TimeSpan atLeast, CancellationToken cancellationToken) =>
        PassAsync(
            new("DeclareSilent", siloId, bySiloId),
            () => fleet.Table.DeclareSilentAsync(siloId, bySiloId, atLeast, default),
            cancellationToken);

    public Task<ClusterView> ReadAsync(CancellationToken cancellationToken) =>
        PassAsync(new("Read", 0, 0), () => fleet.Table.ReadAsync(default), cancellationToken);

    private async Task<T> PassAsync<T>(TableCall call, Func<Task<T>> execute, CancellationToken cancellationToken)
    {
        Calls.Add(call.Name);
        UnderWay++;
        UnderWayMax = Math.Max(UnderWayMax, UnderWay);
        try
        {
            var answer = await ExecuteAsync(call, execute, cancellationToken);
            fleet.Ended?.Invoke(call, true);
            return answer;
        }
        catch
        {
            fleet.Ended?.Invoke(call, false);
            throw;
        }
        finally
        {
            UnderWay--;
        }
    }

    private async Task<T> ExecuteAsync<T>(TableCall call, Func<Task<T>> execute, CancellationToken cancellationToken)
    {
        if (FaultNow == TableFault.Refused)
        {
            throw new IOException("The table is away.");
        }

        if (FaultNow == TableFault.Silent)
        {
            var never = new TaskCompletionSource();
            await using var ending = cancellationToken.Register(() => never.SetCanceled(cancellationToken));
            await never.Task;
        }

        var answer = await execute();
        fleet.Executed?.Invoke(call);
        if (FaultNow == TableFault.Slow)
        {
            var later = new TaskCompletionSource();
            _slow.Add(later);
            await later.Task;
        }

        return answer;
    }
}
