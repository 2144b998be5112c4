using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Tokens;
using Xunit;
using static Sluice.Rules.Tokens.SigningKeyState;

namespace Sluice.Properties.Tokens;

/// <summary>
/// What holds of an issuer's keys in whatever order they are rotated, found out and swept, on silos whose clocks differ
/// and before judges who remember keys.
/// </summary>
public sealed class SigningKeyProperties
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private enum Act
    {
        Pass,
        Rotate,
        MakeOnly,
        Compromise,
        Sweep,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Which">The key that it happens to; may not exist.</param>
    /// <param name="Minutes">The time that passes before it.</param>
    /// <param name="Skew">How far off the clock of the silo that signs is, in seconds.</param>
    private readonly record struct Event(Act Act, int Which, int Minutes, int Skew);

    /// <param name="Keys">All that is stored.</param>
    /// <param name="Now">When.</param>
    private sealed record Moment(SigningKeys Keys, DateTimeOffset Now);

    /// <param name="KeyId">Signed it.</param>
    /// <param name="At">When.</param>
    /// <param name="IsPlanned">
    /// Its key took the place of one that was good still, so everybody had time to know it.
    /// </param>
    private sealed record Token(string KeyId, DateTimeOffset At, bool IsPlanned);

    private static readonly Gen<SigningKeyPolicy> Policies =
        from cache in Gen.Choose(0, 60)
        from lifetime in Gen.Choose(1, 15)
        from moreLead in Gen.Choose(0, 30)
        from moreOverlap in Gen.Choose(0, 10)
        from signs in Gen.Choose(0, 200)
        let lead = TimeSpan.FromMinutes(cache + 2 + moreLead)
        select new SigningKeyPolicy
        {
            VerifierCache = TimeSpan.FromMinutes(cache),
            TokenLifetime = TimeSpan.FromMinutes(lifetime),
            Lead = lead,
            Overlap = TimeSpan.FromMinutes(lifetime + 2 + moreOverlap),
            Lifetime = lead + TimeSpan.FromMinutes(signs),
            Retention = TimeSpan.FromMinutes(60),
        };

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Elements(
             Act.Pass, Act.Pass, Act.Pass, Act.Rotate, Act.Rotate, Act.MakeOnly, Act.Compromise, Act.Sweep, Act.Sweep)
         from which in Gen.Choose(0, 9)
         from minutes in Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(0, 120))
         from skew in Gen.Choose(-60, 60)
         select new Event(act, which, minutes, skew)).ArrayOf();

    [Fact]
    public void One_key_signs_wherever_one_is_left() => Law.Holds(Policies, Histories, (policy, history) =>
        Replay(policy, history, moments =>
        {
            var (keys, now) = moments[^1];
            var states = keys.Keys.Select(key => keys.StateOf(key, now)).ToList();

            Assert.True(states.Count(state => state is Active) <= 1, "Two sign.");
            Assert.Equal(states.Contains(Active), keys.ActiveAt(now) is not null);
            Assert.True(!states.Contains(Published) || states.Contains(Active), "One waits, and none signs.");
            Assert.True(states.Count(state => state is Generated or Published) <= 1, "Two wait.");
        }));

    [Fact]
    public void A_key_only_ever_moves_on() => Law.Holds(Policies, Histories, (policy, history) =>
        Replay(policy, history, moments =>
        {
            if (moments.Count < 2)
            {
                return;
            }

            var (before, after) = (moments[^2], moments[^1]);
            foreach (var key in before.Keys.Keys)
            {
                var later = after.Keys.Find(key.KeyId) is { } found ? after.Keys.StateOf(found, after.Now) : Destroyed;
                Assert.True(
                    later >= before.Keys.StateOf(key, before.Now) || later is Destroyed,
                    $"{key.KeyId} was {before.Keys.StateOf(key, before.Now)} and is {later}.");
            }
        }));

    /// <summary>Guards what rotation is for: nobody's good token is refused because of it.</summary>
    [Fact]
    public void A_good_token_is_good_for_whoever_asks_and_for_whoever_remembers() => Law.Holds(
        Policies, Histories, (policy, history) =>
        {
            var tokens = new List<Token>();
            Replay(policy, history, moments =>
            {
                var (keys, now) = moments[^1];
                var skew = TimeSpan.FromSeconds(history[moments.Count - 1].Skew);
                if (keys.ActiveAt(now + skew) is { } active)
                {
                    var before = keys.Keys.TakeWhile(key => key != active)
                        .LastOrDefault(key => key.WasActive(now + skew));
                    tokens.Add(new Token(active.KeyId, now, before is { CompromisedAt: null }));
                }

                var fresh = keys.PublishedAt(now).Select(key => key.KeyId).ToHashSet();
                var remembered = AsOf(moments, now - policy.VerifierCache - policy.Propagation);
                foreach (var token in tokens.Where(token => now < token.At + policy.TokenLifetime + policy.ClockSkew))
                {
                    if (keys.Find(token.KeyId) is { CompromisedAt: not null })
                    {
                        Assert.DoesNotContain(token.KeyId, fresh);
                        continue;
                    }

                    Assert.True(
                        fresh.Contains(token.KeyId), $"{token.KeyId} is told to nobody, and its token is good.");
                    Assert.True(
                        !token.IsPlanned || remembered is null || remembered.Contains(token.KeyId),
                        $"{token.KeyId} signed before everybody could know it.");
                }
            });
        });

    /// <summary>Guards against a silo that has to sign, and has nothing to sign with.</summary>
    [Fact]
    public void A_secret_that_was_destroyed_is_wanted_by_no_silo() => Law.Holds(
        Policies, Histories, (policy, history) =>
        {
            var destroyed = new HashSet<string>();
            Replay(policy, history, moments =>
            {
                var (keys, now) = moments[^1];
                destroyed.UnionWith(keys.Keys
                    .Where(key => keys.MayDestroySecret(key, policy, now)).Select(key => key.KeyId));
                foreach (var skew in (int[])[-60, 0, 60])
                {
                    var active = keys.ActiveAt(now.AddSeconds(skew))?.KeyId;
                    Assert.True(
                        active is null || !destroyed.Contains(active), $"{active} is wanted and destroyed.");
                }
            });
        });

    /// <summary>Guards against ticks that are lost or come twice, and against a crash between two steps.</summary>
    [Fact]
    public void Sweeping_twice_or_not_at_all_makes_no_difference_to_what_signs_and_is_told() => Law.Holds(
        Policies, Histories, (policy, history) => Replay(policy, history, moments =>
        {
            var (keys, now) = moments[^1];
            var swept = keys.Sweep(policy, now);

            Assert.Same(swept, swept.Sweep(policy, now));
            Assert.Equal(keys.ActiveAt(now), swept.ActiveAt(now), IsSame);
            Assert.Equal(NamesOf(keys.PublishedAt(now)), NamesOf(swept.PublishedAt(now)));
            var published = keys.Publish(policy, now);
            Assert.Equal(published.Keys, published.Publish(policy, now).Keys);
        }));

    private static IEnumerable<string> NamesOf(IEnumerable<SigningKey> keys) => keys.Select(key => key.KeyId);

    private static bool IsSame(SigningKey? one, SigningKey? other) => one?.KeyId == other?.KeyId;

    /// <summary>What somebody remembers who asked then; null when nobody could ask yet.</summary>
    private static HashSet<string>? AsOf(List<Moment> moments, DateTimeOffset then)
    {
        var last = moments.FindLast(moment => moment.Now <= then);
        return last?.Keys.PublishedAt(then).Select(key => key.KeyId).ToHashSet();
    }

    private static void Replay(SigningKeyPolicy policy, Event[] history, Action<List<Moment>> check)
    {
        Assert.Empty(policy.Mistakes());
        var (keys, now, made) = (SigningKeys.Empty, Start, 0);
        var moments = new List<Moment>();
        foreach (var happening in history)
        {
            now += TimeSpan.FromMinutes(happening.Minutes);
            switch (happening.Act)
            {
                case Act.Rotate when keys.Waiting(now) is null:
                    keys = Make(keys).Publish(policy, now);
                    break;
                case Act.MakeOnly when keys.Waiting(now) is null:
                    keys = Make(keys); // And then a crash.
                    break;
                case Act.Compromise:
                    keys = keys.Compromise($"k{happening.Which}", now) ?? keys;
                    break;
                case Act.Sweep:
                    keys = (keys.NeedsKey(policy, now) && keys.Waiting(now) is null ? Make(keys) : keys)
                        .Publish(policy, now).Sweep(policy, now);
                    break;
            }

            moments.Add(new Moment(keys, now));
            check(moments);
        }

        SigningKeys Make(SigningKeys before) => before.Add($"k{made++}", SignatureAlgorithm.Es256, "", now);
    }
}
