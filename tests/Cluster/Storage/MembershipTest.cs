using System.Globalization;
using Sluice.Actors.Membership;

namespace Sluice.Cluster.Storage;

/// <summary>A test of a table of silos, run on the one in memory and on the one in PostgreSQL.</summary>
public abstract class MembershipTest : IAsyncLifetime
{
    private readonly MembershipPlace _place;

    private protected MembershipTest(MembershipPlace place) => _place = place;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected IMembershipTable Table { get; private set; } = null!; // Set before the test runs.

    public async ValueTask InitializeAsync()
    {
        await _place.MakeAsync();
        Table = await _place.TableOfAsync(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _place.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private protected Task PassAsync(double seconds) => _place.PassAsync(Seconds(seconds));

    private protected Task<IMembershipTable> TableOfAsync(int process) => _place.TableOfAsync(process);

    private protected static SiloCandidate Candidate(int port, params string[] grainTypes) =>
        new(string.Create(CultureInfo.InvariantCulture, $"silo-{port}"), "10.0.0.1", port, [.. grainTypes], 3);

    /// <summary>Joins that many silos; answers their ids.</summary>
    private protected async Task<long[]> JoinAsync(int count)
    {
        var ids = new long[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = (await Table.JoinAsync(Candidate(i + 1, "client"), Token)).Silo.Id;
        }

        return ids;
    }

    private protected async Task BeatAsync(params long[] silos)
    {
        foreach (var silo in silos)
        {
            await Table.HeartbeatAsync(silo, Token);
        }
    }

    private protected Task<ClusterView> SuspectAsync(long suspect, long by) => Table.SuspectAsync(suspect, by, Token);

    private protected Task<ClusterView> DeclareAsync(long silent, long by) =>
        Table.DeclareSilentAsync(silent, by, Seconds(3), Token);

    private protected static long[] IdsOf(ClusterView view) => [.. view.Silos.Select(silo => silo.Id)];

    private protected async Task<long[]> LivingAsync() => IdsOf(await Table.ReadAsync(Token));
}
