using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Properties.Tokens;

/// <summary>What holds of a family of refresh tokens, in whatever order its tokens come.</summary>
public sealed class RefreshProperties
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="Back">How far from the newest the presented token is.</param>
    /// <param name="Seconds">The time that passes before.</param>
    private readonly record struct Event(int Back, int Seconds);

    private static readonly Gen<Event[]> Histories =
        (from back in Gen.Elements(0, 0, 0, 0, 1, 1, 2, 3, -1)
         from seconds in Gen.Elements(0, 1, 5, 9, 10, 11, 60)
         select new Event(back, seconds)).ArrayOf();

    /// <summary>
    /// Judged by a history kept beside: a token is accepted when it is the newest, or when it is the one before, was
    /// used less than ten seconds ago and its successor never was; anything else that was made ends all.
    /// </summary>
    [Fact]
    public void A_stolen_token_that_comes_after_its_successor_ends_the_family() => Law.Holds(
        Gen.Choose(1, 300), Histories, (lifetime, history) =>
        {
            var family = new RefreshFamily("f", Start.AddSeconds(lifetime)) { RotatedAt = Start };
            var usedAt = new Dictionary<int, DateTimeOffset>();
            var (now, isOver) = (Start, false);
            foreach (var happening in history)
            {
                now += TimeSpan.FromSeconds(happening.Seconds);
                var newest = usedAt.Count + 1;
                var number = newest - happening.Back;
                var answer = family.Present(number, now, out var next);
                var expected = isOver ? RefreshAnswer.Ended
                    : now >= Start.AddSeconds(lifetime) ? RefreshAnswer.Expired
                    : number < 1 || number > newest ? RefreshAnswer.Unknown
                    : number == newest ? RefreshAnswer.Rotated
                    : number == newest - 1 && now - usedAt[number] < TimeSpan.FromSeconds(10) ? RefreshAnswer.Replayed
                    : RefreshAnswer.Reused;

                Assert.Equal(expected, answer);
                Assert.True(next == family || answer is RefreshAnswer.Rotated or RefreshAnswer.Reused);
                isOver |= answer is RefreshAnswer.Reused;
                if (answer is RefreshAnswer.Rotated)
                {
                    usedAt[number] = now;
                }

                Assert.Equal(usedAt.Count + 1, next.Number);
                Assert.Equal(!isOver && now < Start.AddSeconds(lifetime), next.IsLive(now));
                family = next;
            }
        });

    [Fact]
    public void A_token_is_told_from_every_guess() => Law.Holds(
        Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(32).Zip(Draw.Mostly(1, 62, RefreshText.NumberMax))
            .Zip(Gen.Choose(0, 85)).Zip(Gen.Choose(33, 126)), drawn =>
        {
            var (((key, number), at), other) = drawn;
            var token = RefreshText.Make(key, "0123456789Ab", "0123456789abcdef", number);
            var text = token.Format();
            var guess = text[..at] + (char)other + text[(at + 1)..];

            Assert.True(RefreshText.TryParse(text, out var read) && read == token && read.IsMadeWith(key));
            Assert.Equal(guess == text, RefreshText.TryParse(guess, out _));
        });
}
