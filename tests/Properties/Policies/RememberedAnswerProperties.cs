using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Policies;
using Xunit;

namespace Sluice.Properties.Policies;

/// <summary>
/// Guards a change of policy: an answer from before it is over in its time, whatever is asked meanwhile.
/// </summary>
public sealed class RememberedAnswerProperties
{
    /// <param name="Question">What is asked.</param>
    /// <param name="Gap">Time that passes before, in milliseconds.</param>
    private readonly record struct Event(int Question, int Gap);

    private static readonly Gen<(int Most, int Life)> Cases = Gen.Choose(0, 9).Zip(Gen.Choose(0, 50));

    private static readonly Gen<Event[]> Histories =
        (from question in Draw.Mostly(0, 4, 40)
         from gap in Draw.Mostly(0, 5, 60)
         select new Event(question, gap)).ArrayOf();

    [Fact]
    public void What_is_remembered_is_the_last_answer_and_young_enough_and_never_too_much() =>
        Law.Holds(Cases, Histories, (bounds, history) =>
        {
            var life = TimeSpan.FromMilliseconds(bounds.Item2);
            var remembered = new RememberedAnswers<int, int>(bounds.Item1, life);
            var asked = new Dictionary<int, (int Answer, TimeSpan At)>();
            var now = TimeSpan.Zero;
            for (var i = 0; i < history.Length; i++)
            {
                now += TimeSpan.FromMilliseconds(history[i].Gap);
                if (remembered.TryFind(history[i].Question, now, out var answer))
                {
                    Assert.Equal(asked[history[i].Question].Answer, answer);
                    Assert.True(now - asked[history[i].Question].At < life);
                }
                else
                {
                    remembered.Remember(history[i].Question, i, now);
                    asked[history[i].Question] = (i, now);
                    Assert.Equal(
                        bounds.Item1 > 0 && life > TimeSpan.Zero,
                        remembered.TryFind(history[i].Question, now, out var again) && again == i);
                }

                Assert.InRange(remembered.Count, 0, bounds.Item1);
            }
        });
}
