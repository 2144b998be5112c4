using System.Globalization;
using Sluice.Actors.Membership;
using Sluice.Grains.Clients;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Database;

/// <summary>The database as one silo's process sees it: ledger, states and membership over one unsure way.</summary>
/// <param name="database">The database.</param>
/// <param name="process">The silo's process.</param>
/// <param name="machine">Where it runs.</param>
/// <param name="siloId">The silo's number once it has joined: of a dead one nothing is taken any more.</param>
/// <param name="refused">Told when an activation learns that its epoch is over: the client and the epoch.</param>
internal sealed class SeenDatabase(
    SimulatedDatabase database, SimulatedProcess process, string machine, Func<long> siloId,
    Action<string, long> refused)
    : IClientLedger, IGrainStorage, IMembershipTable
{
    private long _lastWriteNumber;

    public Task<OpenedLedger> OpenAsync(string clientId, CancellationToken cancellationToken) => AskAsync(
        () =>
        {
            RefuseTheDead();
            return database.Counts.Open(clientId, siloId());
        },
        cancellationToken);

    public async Task<bool> ReserveAsync(
        string clientId, long epoch, LedgerReserve reserve, CancellationToken cancellationToken)
    {
        var number = ++_lastWriteNumber;
        var isStored = await AskAsync(
            () => IsAlive && database.Counts.Reserve(clientId, epoch, number, reserve), cancellationToken);
        if (!isStored)
        {
            refused(clientId, epoch);
        }

        return isStored;
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (payload, version) = await AskAsync(() => database.States.Read(stateName, grainId), default);
        grainState.State = payload is null ? Activator.CreateInstance<T>() : StateTable.OfText<T>(payload);
        Note(grainState, version);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (payload, version) = (StateTable.ToText(grainState.State), VersionOf(grainState));
        var written = await AskAsync(
            () =>
            {
                RefuseTheDead();
                return database.States.Write(stateName, grainId, payload, version);
            },
            default);
        Note(grainState, written);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var version = VersionOf(grainState);
        await AskAsync(
            () =>
            {
                RefuseTheDead();
                return database.States.Clear(stateName, grainId, version);
            },
            default);
        grainState.State = Activator.CreateInstance<T>();
        Note(grainState, 0);
    }

    public Task<JoinedSilo> JoinAsync(SiloCandidate candidate, CancellationToken cancellationToken) =>
        AskAsync(() => database.Silos.JoinAsync(candidate, default).Result, cancellationToken);

    public Task<MembershipSnapshot> HeartbeatAsync(long siloId, CancellationToken cancellationToken) =>
        AskAsync(() => database.Silos.HeartbeatAsync(siloId, default).Result, cancellationToken);

    public Task<ClusterView> SetStatusAsync(long siloId, SiloStatus status, CancellationToken cancellationToken) =>
        AskAsync(() => database.Silos.SetStatusAsync(siloId, status, default).Result, cancellationToken);

    public Task<ClusterView> SuspectAsync(long suspectId, long bySiloId, CancellationToken cancellationToken) =>
        AskAsync(() => database.Silos.SuspectAsync(suspectId, bySiloId, default).Result, cancellationToken);

    public Task<ClusterView> DeclareSilentAsync(
        long siloId, long bySiloId, TimeSpan atLeast, CancellationToken cancellationToken) =>
        AskAsync(
            () => database.Silos.DeclareSilentAsync(siloId, bySiloId, atLeast, default).Result, cancellationToken);

    public Task<ClusterView> ReadAsync(CancellationToken cancellationToken) =>
        AskAsync(() => database.Silos.ReadAsync(default).Result, cancellationToken);

    private bool IsAlive => siloId() == 0 || database.Silos.ReadAsync(default).Result.Find(siloId()) is not null;

    private Task<T> AskAsync<T>(Func<T> statement, CancellationToken cancellationToken) =>
        database.AskAsync(process, machine, statement, cancellationToken);

    private void RefuseTheDead()
    {
        if (!IsAlive)
        {
            throw new InconsistentStateException($"Silo {siloId()} was declared dead: nothing is written.");
        }
    }

    private static long VersionOf<T>(IGrainState<T> state) =>
        state.ETag is null ? 0 : long.Parse(state.ETag, CultureInfo.InvariantCulture);

    private static void Note<T>(IGrainState<T> state, long version)
    {
        state.ETag = version == 0 ? null : version.ToString(CultureInfo.InvariantCulture);
        state.RecordExists = version > 0;
    }
}
