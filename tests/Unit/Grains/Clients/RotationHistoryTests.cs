using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>
/// The laws of rotation at the grain, in whatever order things happen: writes fail or are stored without an answer, an
/// activation crashes and lives on beside the next one, ticks are lost or come twice, and edges hear late.
/// </summary>
public sealed class RotationHistoryTests
{
    private const int Steps = 50;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_said_of_versions_only_moves_forward_and_one_key_has_one_primary(int seed)
    {
        var history = new RotationHistory(seed, withFaults: true, Interval(seed));
        history.Begin();
        var before = history.Versions();
        var last = before[^1].Info.Version;
        foreach (var step in history.Steps(Steps))
        {
            history.Play(step);
            var after = history.Versions();

            Assert.True(Count(after, KeyLife.Active) <= 1, $"{step}: two are the primary.");
            Assert.True(Count(after, KeyLife.Pending) <= 1, $"{step}: two wait.");
            Assert.True(
                Count(after, KeyLife.Active) + Count(after, KeyLife.Retiring) <= 2, $"{step}: three are accepted.");
            foreach (var version in after)
            {
                var known = before.FirstOrDefault(one => one.Info.Version == version.Info.Version);
                Assert.True(known is not null || version.Info.Version > last, $"{step}: a number is used again.");
                Assert.True(
                    known is null || MayBecome(known.Life, version.Life),
                    $"{step}: version {version.Info.Version} was {known?.Life}, is {version.Life}.");
                Assert.True(known is null || known.Fingerprint == version.Fingerprint, $"{step}: another secret.");
                Assert.True(
                    version.Info.ExpiresAt - version.Info.CreatedAt <= KeyRing.LifetimeMax, $"{step}: too long.");
            }

            Assert.All(
                before.Where(version => !IsOver(version.Life)),
                version => Assert.Contains(after, one => one.Info.Version == version.Info.Version));
            (before, last) = (after, Math.Max(last, after[^1].Info.Version));
        }

        Assert.True(last > 1, "Nothing was rotated.");
    }

    /// <summary>Guards the bound within which edges follow: what they remember ends with the version.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_edge_accepts_a_version_longer_than_the_bound_after_its_end(int seed)
    {
        var history = new RotationHistory(seed, withFaults: true, Interval(seed));
        history.Begin();
        var (random, world) = (new Random(seed), history.World);
        var edges = Enumerable.Range(1, 4).Select(i => new HistoryEdge(world, 100 + i)).ToList();
        var (started, remembered) = (world.UtcNow, 0);
        var ended = new Dictionary<int, TimeSpan>();
        foreach (var step in history.Steps(Steps))
        {
            history.Play(step);
            for (var i = 0; i < 8; i++)
            {
                var now = world.UtcNow - started;
                foreach (var version in history.Versions().Where(version => IsOver(version.Life)))
                {
                    ended.TryAdd(version.Info.Version, now);
                }

                var edge = edges[random.Next(edges.Count)];
                if (random.Next(2) == 0)
                {
                    edge.Hear(now);
                }

                var (version1, secret) = history.Told.Values.ElementAt(random.Next(history.Told.Count));
                var (verdict, wasAsked) = edge.Use(version1, secret, now);
                var status = history.Versions().FirstOrDefault(one => one.Info.Version == version1);
                Assert.True(
                    verdict is not Verdict.Admitted || (!wasAsked && now - ended.GetValueOrDefault(version1, now)
                        <= HistoryEdge.StaleMax) || (status is not null && !IsRefused(status)),
                    $"{step}: version {version1} was accepted {now - ended.GetValueOrDefault(version1)} too late.");
                Assert.True(
                    !wasAsked || verdict is Verdict.Admitted == (status is not null && !IsRefused(status)),
                    $"{step}: version {version1} is {status?.Life}, and was answered {verdict}.");
                remembered += wasAsked ? 0 : 1;
                world.Advance(TimeSpan.FromMilliseconds(random.Next(1, 200)));
            }
        }

        Assert.True(remembered > 0, "No edge remembered anything: that proves nothing.");
    }

    /// <summary>Guards convergence: each step is one write, so a crash is before it or after it.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_run_with_crashes_lost_writes_and_repeats_ends_as_the_run_without(int seed)
    {
        var whole = Run(seed, withFaults: false);
        var broken = Run(seed, withFaults: true);

        Assert.Equal(whole, broken);
        Assert.True(whole.Count > 1, "Nothing was rotated.");
    }

    private static List<(int Version, string? RotationId, KeyLife Life, DateTimeOffset ExpiresAt)> Run(
        int seed, bool withFaults)
    {
        var history = new RotationHistory(seed, withFaults, TimeSpan.Zero);
        history.Begin();
        foreach (var step in history.Steps(Steps))
        {
            history.Play(step);
        }

        return
        [
            .. history.Versions().Select(version => (
                version.Info.Version, version.Info.Rotation?.RotationId, version.Life, version.Info.ExpiresAt)),
        ];
    }

    private static TimeSpan Interval(int seed) => TimeSpan.FromHours(seed % 3 == 0 ? 0 : 1 + seed % 3);

    private static int Count(KeyVersionStatus[] versions, KeyLife life) => versions.Count(one => one.Life == life);

    private static bool IsOver(KeyLife life) =>
        life is KeyLife.Retired or KeyLife.Expired or KeyLife.Cancelled or KeyLife.Revoked;

    private static bool IsRefused(KeyVersionStatus version) => IsOver(version.Life)
        || version is { Life: KeyLife.Pending, Info.Rotation.AcceptedEarly: false };

    private static bool MayBecome(KeyLife before, KeyLife after) => before == after || after switch
    {
        KeyLife.Revoked => true,
        KeyLife.Cancelled => before is KeyLife.Pending,
        KeyLife.Expired => before is KeyLife.Pending or KeyLife.Active or KeyLife.Retiring or KeyLife.Retired,
        KeyLife.Retired => before is KeyLife.Pending or KeyLife.Active or KeyLife.Retiring,
        KeyLife.Retiring => before is KeyLife.Pending or KeyLife.Active,
        KeyLife.Active => before is KeyLife.Pending,
        _ => false,
    };
}
