using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Logins;
using Xunit;

namespace Sluice.Properties.Logins;

/// <summary>What holds of codes, in whatever order they are made and presented.</summary>
public sealed class LoginCodeProperties
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Verifiers = [.. "abcd".Select(letter => new string(letter, 43))];

    private enum What
    {
        Make,
        Present,
        PresentWithOtherSecret,
        PresentAtOtherAddress,
    }

    private readonly record struct Event(What What, int Code, int Seconds);

    private static readonly Gen<Event[]> Histories =
        (from what in Gen.Elements(
            What.Make, What.Make, What.Present, What.Present, What.PresentWithOtherSecret, What.PresentAtOtherAddress)
         from code in Gen.Choose(0, 3)
         from seconds in Gen.Elements(0, 0, 1, 30, 59, 60, 61)
         select new Event(what, code, seconds)).ArrayOf();

    private enum Fate
    {
        Waiting,
        Used,
        Lost,
    }

    /// <summary>
    /// Judged by what became of each beside: it gives tokens once at most, within a minute, to who asked for it; who
    /// brings it with another secret or address has spoilt it for everybody; and once used it is known for that.
    /// </summary>
    [Fact]
    public void A_code_gives_tokens_once_to_who_asked_for_it() => Law.Holds(
        Gen.Constant(0), Histories, (_, history) =>
        {
            var codes = new LoginCodes([], []);
            var fates = new Dictionary<string, (Fate Fate, DateTimeOffset MadeAt)>();
            var (now, names) = (Start, new string?[4]);
            foreach (var (happening, index) in history.Select((happening, index) => (happening, index)))
            {
                now += TimeSpan.FromSeconds(happening.Seconds);
                if (happening.What is What.Make)
                {
                    var made = names[happening.Code] = $"{happening.Code}-{index}";
                    codes = codes.With(CodeOf(made, happening.Code, now), now)!;
                    fates[made] = (Fate.Waiting, now);
                    continue;
                }

                var name = names[happening.Code] ?? "never made";
                var known = fates.TryGetValue(name, out var before);
                var isLive = known && before.Fate is Fate.Waiting && now - before.MadeAt < TimeSpan.FromMinutes(1);
                var isRight = happening.What is What.Present;

                var answer = codes.Redeem(
                    name,
                    happening.What is What.PresentAtOtherAddress ? "https://evil.example/" : AddressOf(happening.Code),
                    Verifiers[happening.What is What.PresentWithOtherSecret
                        ? (happening.Code + 1) % 4
                        : happening.Code],
                    now, out var next);

                Assert.Equal(
                    known && before.Fate is Fate.Used ? CodeAnswer.UsedAgain
                    : !isLive ? CodeAnswer.Unknown
                    : isRight ? CodeAnswer.Redeemed
                    : CodeAnswer.Stolen, answer);
                Assert.DoesNotContain(next.Waiting, code => code.Digest == name);
                Assert.Equal( // Nobody else's is touched.
                    codes.Waiting.Where(code => code.Digest != name && now < code.ExpiresAt), next.Waiting);
                Assert.Equal(codes.Used, next.Used);
                if (isLive)
                {
                    fates[name] = (isRight ? Fate.Used : Fate.Lost, before.MadeAt);
                    next = isRight ? next with { Used = next.Used.Add(new UsedCode(name, $"of {name}")) } : next;
                }

                codes = next;
            }
        });

    [Fact]
    public void None_makes_room_before_its_time() => Law.Holds(Gen.Choose(0, 70), seconds =>
    {
        var codes = new LoginCodes([], []);
        for (var i = 0; i < LoginCodes.WaitingMax; i++)
        {
            codes = codes.With(CodeOf($"{i}", 0, Start), Start)!;
        }

        var later = codes.With(CodeOf("one more", 0, Start), Start.AddSeconds(seconds));

        Assert.Equal(seconds < 60 ? null : 1, later?.Waiting.Length);
    }, tests: 100);

    private static LoginCode CodeOf(string name, int code, DateTimeOffset now) =>
        new(name, AddressOf(code), ProofKey.ChallengeOf(Verifiers[code]), now + LoginCodes.Life);

    private static string AddressOf(int code) => $"https://app.example/{code}";
}
