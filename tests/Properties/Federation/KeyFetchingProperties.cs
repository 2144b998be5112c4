using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Federation;
using Xunit;

namespace Sluice.Properties.Federation;

/// <summary>
/// What holds for a provider's keys whatever tokens come, and however the provider answers. The provider is played here
/// with its own books: when it was asked, and which keys it had when.
/// </summary>
public sealed class KeyFetchingProperties
{
    /// <param name="After">Milliseconds since the token before.</param>
    /// <param name="Answers">Whether the provider answers, should it be asked for this token.</param>
    /// <param name="Takes">Milliseconds that its answer takes.</param>
    /// <param name="Names">0: a key that nobody has; 1: the newest; 2: the one before it.</param>
    /// <param name="Rotates">Whether the provider takes a new key just before the token, and drops the oldest.</param>
    private sealed record Arrival(int After, bool Answers, int Takes, int Names, bool Rotates);

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(3);

    private static readonly Gen<Arrival[]> Arrivals =
        (from after in Gen.OneOf(
             Gen.Choose(0, 500), Gen.Choose(0, 40_000), Gen.Choose(250_000, 350_000), Gen.Choose(3_000_000, 4_000_000))
         from answers in Draw.OneIn(3).Select(drawn => !drawn)
         from takes in Gen.Choose(0, 3_000)
         from names in Gen.Frequency((1, Gen.Constant(0)), (5, Gen.Constant(1)), (2, Gen.Constant(2)))
         from rotates in Draw.OneIn(8)
         select new Arrival(after, answers, takes, names, rotates)).ArrayOf();

    /// <summary>
    /// Guards the provider against us: no flood of tokens, with whatever names of keys, makes us ask more often than
    /// once in the pause, or in the shorter one while there are no keys to be believed.
    /// </summary>
    [Fact]
    public void The_provider_is_never_asked_twice_within_a_pause() =>
        Law.Holds(Gen.Constant(0), Arrivals, (_, arrivals) =>
        {
            var world = new World();
            foreach (var arrival in arrivals)
            {
                world.Arrive(arrival);
            }

            for (var i = 1; i < world.Asked.Count; i++)
            {
                var (before, (at, hadKeys)) = (world.Asked[i - 1].At, world.Asked[i]);
                Assert.True(
                    at - before >= (hadKeys ? KeyFetching.Pause : KeyFetching.FirstPause),
                    $"asked at {before} and {at}");
            }
        });

    /// <summary>Guards against keys that live on because their provider, or the way to it, is away.</summary>
    [Fact]
    public void No_token_is_judged_by_keys_that_the_provider_has_dropped_for_longer_than_they_are_believed() =>
        Law.Holds(Gen.Constant(0), Arrivals, (_, arrivals) =>
        {
            var world = new World();
            foreach (var arrival in arrivals)
            {
                if (world.Arrive(arrival) is { } judgedBy)
                {
                    Assert.True(world.Now - world.DroppedAt(judgedBy) <= KeyFetching.BelievedFor + AnswerMax);
                }
            }
        });

    /// <summary>Guards against a new key of a provider that answers and is not found for long.</summary>
    [Fact]
    public void A_new_key_is_found_at_once_unless_the_provider_was_just_asked() =>
        Law.Holds(Gen.Constant(0), Arrivals, (_, arrivals) =>
        {
            var world = new World();
            foreach (var arrival in arrivals)
            {
                var last = world.Asked.Count == 0 ? (TimeSpan?)null : world.Asked[^1].At;
                var judgedBy = world.Arrive(arrival);
                if (arrival is { Answers: true, Names: 1 }
                    && (last is null || world.Now - last >= KeyFetching.Pause + AnswerMax))
                {
                    Assert.Equal(world.Newest, judgedBy);
                }
            }
        });

    /// <summary>One provider, and one who judges its tokens by the rules.</summary>
    private sealed class World
    {
        private readonly List<TimeSpan> _made = [TimeSpan.Zero];
        private KeyFetching _fetching;
        private int? _known;

        public TimeSpan Now { get; private set; }

        public List<(TimeSpan At, bool HadKeys)> Asked { get; } = [];

        /// <summary>The provider's keys are numbered; it has the newest and the one before.</summary>
        public int Newest => _made.Count - 1;

        /// <summary>When the provider dropped a key; now when it has it still.</summary>
        public TimeSpan DroppedAt(int key) => key + 2 < _made.Count ? _made[key + 2] : Now;

        /// <summary>The key that the token was judged by; null when it was not judged.</summary>
        public int? Arrive(Arrival arrival)
        {
            Now += TimeSpan.FromMilliseconds(arrival.After);
            if (arrival.Rotates)
            {
                _made.Add(Now);
            }

            var wanted = arrival.Names == 0 ? -1 : Newest - (arrival.Names - 1);
            var step = _fetching.For(Knows(wanted), Now);
            if (step is KeyStep.Unknown or KeyStep.Unavailable)
            {
                return null;
            }

            var judged = step is KeyStep.Fetch ? null : Knows(wanted) ? wanted : (int?)null;
            if (step is KeyStep.Fetch or KeyStep.JudgeAndFetch)
            {
                Ask(arrival);
            }

            return step is KeyStep.Fetch
                ? _fetching.For(knowsKey: true, Now) is KeyStep.Judge or KeyStep.JudgeAndFetch && Knows(wanted)
                    ? wanted
                    : null
                : judged;
        }

        private bool Knows(int key) => key >= 0 && _known is { } known && (key == known || key == known - 1);

        private void Ask(Arrival arrival)
        {
            var begun = Now;
            var hadKeys = _fetching.FetchedAt is { } fetched && begun - fetched < KeyFetching.BelievedFor;
            Asked.Add((begun, hadKeys));
            _fetching = _fetching.Begun(begun);
            var answer = Newest;
            Now += TimeSpan.FromMilliseconds(arrival.Takes);
            if (arrival.Answers)
            {
                (_known, _fetching) = (answer, _fetching.Ended(begun));
            }
        }
    }
}
