using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Keys;
using Xunit;
using static Sluice.Rules.Keys.KeyVersionState;

namespace Sluice.Properties.Keys;

/// <summary>What holds of a key in whatever order it is rotated, given up, revoked and used.</summary>
public sealed class RotationProperties
{
    private const string Key = "key-1";
    private static readonly TimeSpan FetchWithin = TimeSpan.FromMinutes(30);
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private enum Act
    {
        Pass,
        Rotate,
        RotateAtOnce,
        Use,
        Cancel,
        Revoke,
        RetireAt,
        Schedule,
        Fetch,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Which">The rotation or version that it happens to; may not exist.</param>
    /// <param name="Minutes">The time that passes, a lifetime, or how far off the new end is.</param>
    private readonly record struct Event(Act Act, int Which, int Minutes);

    private static readonly Gen<RotationPolicy> Policies =
        from delay in Gen.Choose(0, 40)
        from overlap in Gen.Choose(0, 60)
        from early in Gen.Elements(true, false)
        from retention in Gen.Choose(0, 3)
        select new RotationPolicy
        {
            ActivationDelay = TimeSpan.FromMinutes(delay), Overlap = TimeSpan.FromMinutes(overlap),
            AcceptEarly = early, Retention = retention,
        };

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Elements(
             Act.Pass, Act.Pass, Act.Pass, Act.Rotate, Act.Rotate, Act.Rotate, Act.RotateAtOnce, Act.Use, Act.Use,
             Act.Cancel, Act.Revoke, Act.RetireAt, Act.Schedule, Act.Schedule, Act.Fetch)
         from which in Gen.Choose(1, 9)
         from minutes in Gen.Choose(1, 120)
         select new Event(act, which, minutes)).ArrayOf();

    [Fact]
    public void One_version_is_the_primary_and_two_more_are_accepted_at_most() =>
        Law.Holds(Policies.Zip(Histories), drawn => Replay(drawn.Item1, drawn.Item2, (step, _) =>
        {
            var states = StatesOf(step.Next, step.Now).Select(one => one.State).ToList();
            Assert.True(states.Count(state => state is Active) <= 1, "Two are the primary.");
            Assert.True(states.Count(state => state is Pending) <= 1, "Two wait.");
            Assert.True(states.Count(state => state is Active or Retiring) <= 2, "Three generations are accepted.");
        }));

    [Fact]
    public void A_key_loses_its_primary_only_where_it_is_revoked_or_has_reached_its_end() =>
        Law.Holds(Policies.Zip(Histories), drawn => Replay(drawn.Item1, drawn.Item2, (step, _) =>
        {
            if (step.Before.PrimaryOf(Key, step.Began) is { } before && step.Next.PrimaryOf(Key, step.Now) is null)
            {
                var newest = step.Next.Versions.Last(version => version.WasPrimary(step.Now));
                Assert.True(
                    step.Event is { Act: Act.Revoke } revoke && revoke.Which == before.Version
                    || newest.ExpiresAt <= step.Now,
                    $"{step.Event} left no primary.");
            }
        }));

    /// <summary>Also at the moment itself: a key that is being rotated is never without a primary.</summary>
    [Fact]
    public void The_version_that_waits_takes_over_when_the_primary_is_revoked_or_reaches_its_end() =>
        Law.Holds(Policies.Zip(Histories), drawn => Replay(drawn.Item1, drawn.Item2, (step, _) =>
        {
            if (step.Before.PrimaryOf(Key, step.Began) is not { } primary
                || step.Before.PendingOf(Key, step.Began) is not { } pending
                || pending is { FetchBy: not null, FetchedAt: null }) // Nobody has its secret.
            {
                return;
            }

            if (step.Event.Act is Act.Revoke && step.Event.Which == primary.Version)
            {
                Assert.Equal(pending.Version, step.Next.PrimaryOf(Key, step.Now)?.Version);
            }

            if (step.Event.Act is Act.Pass && primary.ExpiresAt <= step.Now && pending.ExpiresAt > primary.ExpiresAt)
            {
                Assert.Equal(pending.Version, step.Next.PrimaryOf(Key, primary.ExpiresAt)?.Version);
            }
        }));

    /// <summary>Guards clients that nobody told: a secret that nobody has takes nobody's place.</summary>
    [Fact]
    public void A_version_takes_over_only_once_somebody_has_its_secret_and_before_its_time_to_fetch_is_over() =>
        Law.Holds(Policies.Zip(Histories), drawn =>
        {
            var fetched = new HashSet<int>();
            Replay(drawn.Item1, drawn.Item2, (step, _) =>
            {
                if (step.Event.Act is Act.Fetch
                    && step.Next.Find(Key, $"r{step.Event.Which}") is { } version
                    && step.Before.StateOf(step.Before.Find(version.Version)!, step.Began) is Pending)
                {
                    fetched.Add(version.Version);
                }

                foreach (var (made, state) in StatesOf(step.Next, step.Now).Where(one =>
                    one.Version.FetchBy is not null && !fetched.Contains(one.Version.Version)))
                {
                    Assert.False(state is Active or Retiring or Retired, $"{step.Event}: {made.Version} is {state}.");
                    Assert.True(
                        state is not Pending || step.Now < made.FetchBy, $"{step.Event}: {made.Version} waits.");
                }
            });
        });

    [Fact]
    public void Nobody_makes_room_for_a_version_that_ends_before_its_time_comes() =>
        Law.Holds(Policies.Zip(Histories), drawn => Replay(drawn.Item1, drawn.Item2, (step, _) =>
        {
            foreach (var version in step.Next.Versions.Where(version => version.ExpiresAt <= version.Activation))
            {
                Assert.False(version.WasPrimary(step.Now.AddYears(1)));
                if (step.Before.PrimaryOf(Key, step.Began) is { } primary && step.Event.Act is Act.Pass
                    && primary.ExpiresAt > step.Now && version == step.Next.Versions[^1])
                {
                    Assert.Equal(primary.Version, step.Next.PrimaryOf(Key, step.Now)?.Version);
                }
            }
        }));

    [Fact]
    public void A_version_only_moves_forward_and_its_number_is_never_used_again() =>
        Law.Holds(Policies.Zip(Histories), drawn =>
        {
            var last = 1;
            Replay(drawn.Item1, drawn.Item2, (step, _) =>
            {
                foreach (var (version, state) in StatesOf(step.Next, step.Now))
                {
                    if (step.Before.Find(version.Version) is not { } known)
                    {
                        Assert.Equal(last + 1, version.Version);
                        last = version.Version;
                        continue;
                    }

                    var before = step.Before.StateOf(known, step.Began);
                    Assert.True(
                        MayBecome(before, state),
                        $"{step.Event}: version {version.Version} was {before}, is {state}.");
                    Assert.Equal(known.Mac, version.Mac);
                }
            });
        });

    [Fact]
    public void A_rotation_that_is_asked_for_again_is_the_same_rotation() =>
        Law.Holds(Policies.Zip(Histories), drawn => Replay(drawn.Item1, drawn.Item2, (step, policy) =>
        {
            if (step.Event.Act is Act.Rotate or Act.RotateAtOnce or Act.Schedule && step.Made is { } made)
            {
                var again = Ask(step.Next, step.Event, policy, step.Now.AddMinutes(1));
                Assert.Equal(RotationOutcome.Repeated, again.Outcome);
                Assert.Same(step.Next, again.Next);
                Assert.Equal(made.Version, again.Version!.Version);
            }
        }));

    /// <summary>Who goes on with the secret it has is not refused because somebody asked for another.</summary>
    [Fact]
    public void Asking_for_a_rotation_and_giving_it_up_refuses_nobody() =>
        Law.Holds(
            Policies.Where(policy => policy.ActivationDelay > TimeSpan.Zero).Zip(Histories),
            drawn => Replay(drawn.Item1, drawn.Item2, (step, _) =>
            {
                if (step.Event.Act is not (Act.Rotate or Act.Schedule or Act.Fetch or Act.Cancel))
                {
                    return;
                }

                // Who fetches a secret whose delay is over has it take over at once, as its first use would: what was
                // retiring by then is the generation before the last, and two are accepted at most.
                foreach (var (version, state) in StatesOf(step.Before, step.Began))
                {
                    if (state is Active || (state is Retiring && step.Event.Act is not Act.Fetch))
                    {
                        Assert.Equal(KeyAnswer.Accepted, Judge(step.Next, version, step.Now));
                    }
                }
            }));

    /// <summary>Its first use is what moves the clock, so who has not switched has the whole overlap.</summary>
    [Fact]
    public void Who_is_replaced_is_accepted_for_the_whole_overlap() =>
        Law.Holds(Policies.Zip(Histories), drawn => Replay(drawn.Item1, drawn.Item2, (step, _) =>
        {
            var before = step.Before.PrimaryOf(Key, step.Began);
            var after = step.Next.PrimaryOf(Key, step.Now);
            if (step.Event.Act is not (Act.Use or Act.Pass) || before is null || after is null || before == after
                || after.Version == before.Version)
            {
                return;
            }

            var ends = after.Activation + after.Overlap;
            ends = ends < before.ExpiresAt ? ends : before.ExpiresAt;
            Assert.True(after.Activation >= step.Began, "The overlap began before its time.");
            foreach (var moment in new[] { step.Now, ends.AddTicks(-1) }.Where(one => one >= step.Now && one < ends))
            {
                Assert.Equal(KeyAnswer.Accepted, Judge(step.Next, step.Next.Find(before.Version)!, moment));
            }

            Assert.NotEqual(KeyAnswer.Accepted, Judge(step.Next, step.Next.Find(before.Version)!, ends));
        }));

    [Fact]
    public void No_more_ended_versions_are_remembered_than_the_policy_says() =>
        Law.Holds(Policies.Zip(Histories), drawn => Replay(drawn.Item1, drawn.Item2, (step, policy) =>
        {
            if (step.Made is null)
            {
                return;
            }

            // What has ended just now is remembered too, and the newest stays until there is a newer one.
            var ended = StatesOf(step.Next, step.Now).Where(one => KeyRotation.IsEnded(one.State)).ToList();
            var before = ended.Count(one =>
                KeyRotation.IsEnded(step.Before.StateOf(step.Before.Find(one.Version.Version)!, step.Began)));
            Assert.InRange(before, 0, Math.Max(policy.Retention, 1));
            foreach (var (version, state) in StatesOf(step.Before, step.Began))
            {
                Assert.True(
                    KeyRotation.IsEnded(state) || step.Next.Find(version.Version) is not null,
                    $"Version {version.Version} was forgotten while it was {state}.");
            }
        }));

    [Fact]
    public void After_an_emergency_the_new_version_alone_is_accepted() =>
        Law.Holds(Policies.Zip(Histories), drawn => Replay(drawn.Item1, drawn.Item2, (step, _) =>
        {
            if (step.Event.Act is Act.RotateAtOnce && step.Made is { } made)
            {
                Assert.Equal(made.Version, step.Next.PrimaryOf(Key, step.Now)!.Version);
                Assert.All(
                    step.Next.Versions.Where(version => version.Version != made.Version),
                    version => Assert.NotEqual(KeyAnswer.Accepted, Judge(step.Next, version, step.Now)));
            }
        }));

    private static KeyAnswer Judge(KeyRing ring, KeyVersion version, DateTimeOffset now) =>
        ring.Judge(version.Version, version.Mac.AsSpan(), now);

    private static IEnumerable<(KeyVersion Version, KeyVersionState State)> StatesOf(
        KeyRing ring, DateTimeOffset now) => ring.Versions.Select(version => (version, ring.StateOf(version, now)));

    private static bool MayBecome(KeyVersionState before, KeyVersionState after) => before == after || after switch
    {
        Revoked => true,
        Cancelled => before is Pending,
        Expired => before is Pending or Active or Retiring or Retired,
        Retired => before is Pending or Active or Retiring,
        Retiring => before is Pending or Active,
        Active => before is Pending,
        _ => false,
    };

    /// <summary>What one event made of the ring.</summary>
    private readonly record struct Step(
        Event Event, KeyRing Before, DateTimeOffset Began, KeyRing Next, DateTimeOffset Now, KeyVersion? Made);

    private static void Replay(RotationPolicy policy, Event[] events, Action<Step, RotationPolicy> check)
    {
        var now = Start;
        var ring = KeyRing.Empty.Issue(MacOf(1), TimeSpan.FromMinutes(100), "", now).Next;
        foreach (var one in events)
        {
            var (began, before, made) = (now, ring, (KeyVersion?)null);
            switch (one.Act)
            {
                case Act.Pass:
                    now = now.AddMinutes(one.Minutes);
                    break;
                case Act.Fetch:
                    ring = ring.Fetched(Key, $"r{one.Which}", now) ?? ring;
                    break;
                case Act.Rotate or Act.RotateAtOnce or Act.Schedule:
                    var rotation = Ask(ring, one, policy, now);
                    (ring, made) = (rotation.Next, rotation.Outcome is RotationOutcome.Begun ? rotation.Version : null);
                    break;
                case Act.Use:
                    ring = ring.Used(one.Which, now);
                    break;
                case Act.Cancel:
                    ring = ring.Cancel(Key, $"r{one.Which}", now) ?? ring;
                    break;
                case Act.Revoke:
                    ring = ring.Revoke(one.Which, "lost", now) ?? ring;
                    break;
                default:
                    ring = ring.RetireAt(one.Which, now.AddMinutes(one.Minutes - 60), now) ?? ring;
                    break;
            }

            check(new Step(one, before, began, ring, now, made), policy);
        }
    }

    private static Rotation Ask(KeyRing ring, Event one, RotationPolicy policy, DateTimeOffset now)
    {
        var request = new RotationRequest(
            $"r{one.Which}", MacOf((byte)(10 + one.Which)), TimeSpan.FromMinutes(one.Minutes), "",
            one.Act is Act.Schedule ? FetchWithin : null);
        return one.Act is Act.Rotate or Act.Schedule
            ? ring.Rotate(Key, ring.PrimaryOf(Key, now)?.Version ?? 0, request, policy, now)
            : ring.RotateAtOnce(Key, request, "lost", policy, now);
    }

    private static ImmutableArray<byte> MacOf(byte which) => [.. Enumerable.Repeat(which, 32)];
}
