using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Properties.Estimates;

/// <summary>What is learned of answers, held against the answers themselves.</summary>
public sealed class OutputSketchProperties
{
    /// <summary>Every magnitude alike, from nothing to beyond what is told apart.</summary>
    private static readonly Gen<long> Answers =
        from magnitude in Gen.Choose(0, 22)
        from within in Gen.Choose(0, (1 << 22) - 1)
        select (long)within >> (22 - magnitude);

    private static readonly Gen<long[]> Few =
        from size in Draw.Mostly(1, 5, 300)
        from drawn in Gen.ArrayOf(Answers, size)
        select drawn;

    private static readonly Gen<long[]> Many =
        from size in Gen.Choose(1, 3_000)
        from drawn in Gen.ArrayOf(Answers, size)
        select drawn;

    private static readonly OutputRule Rule = OutputRule.Default;

    [Fact]
    public void The_quantile_is_never_below_the_truth_and_above_it_by_less_than_an_eighth() => Law.Holds(
        Few,
        answers =>
        {
            var truth = NearestRank(answers);
            var read = Of(answers).P95;

            Assert.InRange(read, Math.Min(truth, OutputSketch.TokensMax), truth * 9 / 8);
        });

    [Fact]
    public void Longer_answers_never_lower_what_is_learned() => Law.Holds(
        from answers in Many
        from seed in Gen.Choose(0, int.MaxValue)
        select (answers, seed),
        drawn =>
        {
            var random = new Random(drawn.seed);
            var longer = drawn.answers.Select(answer => answer + (random.Next(3) == 0 ? random.Next(10_000) : 0));

            Assert.InRange(Of(drawn.answers).P95, 0, Of([.. longer]).P95);
        },
        tests: 300);

    [Fact]
    public void However_much_it_is_told_it_counts_no_more_and_says_nothing_that_was_not() => Law.Holds(
        Many,
        answers =>
        {
            var sketch = Of(answers);

            Assert.InRange(sketch.Answers, 1, OutputSketch.AnswersMax);
            Assert.InRange(sketch.Counts.Length, 1, 200);
            Assert.InRange(sketch.P95, Math.Min(answers.Min(), OutputSketch.TokensMax), answers.Max() * 9 / 8);
        },
        tests: 300);

    [Fact]
    public void What_is_answered_now_counts_in_the_end() => Law.Holds(
        from answers in Many
        from now in Answers
        select (answers, now),
        drawn =>
        {
            var sketch = Of(drawn.answers);
            for (var i = 0; i < 10 * OutputSketch.AnswersMax; i++)
            {
                sketch = sketch.Observe(drawn.now);
            }

            Assert.Equal(Of([drawn.now]).P95, sketch.P95);
        },
        tests: 20);

    /// <summary>Against teaching: whatever a client had answered, half of what others need is reserved.</summary>
    [Fact]
    public void No_history_of_a_client_lowers_a_reservation_below_half_of_what_its_model_needs() => Law.Holds(
        from client in Many
        from model in Few
        from cap in Draw.Mostly(0, 100, 100_000)
        select (client, model, cap),
        drawn =>
        {
            var model = Of(drawn.model);
            if (model.Answers < Rule.AnswersLeast)
            {
                return; // Not believed yet.
            }

            var estimate = Rule.Estimate(Of(drawn.client), model, drawn.cap);

            var half = model.P95 * 6 / 10;
            Assert.InRange(estimate, drawn.cap > 0 ? Math.Min(half, drawn.cap) : half, long.MaxValue);
        },
        tests: 300);

    [Fact]
    public void A_reservation_keeps_to_the_cap_and_grows_with_it_and_with_what_was_answered() => Law.Holds(
        from client in Few
        from model in Few
        from cap in Draw.Mostly(1, 100, 100_000)
        from more in Draw.Mostly(0, 10, 100_000)
        select (client, model, cap, more),
        drawn =>
        {
            var (client, model) = (Of(drawn.client), Of(drawn.model));
            var estimate = Rule.Estimate(client, model, drawn.cap);
            var longer = Of([.. drawn.client.Select(answer => answer * 2)]);

            Assert.InRange(estimate, Math.Min(drawn.cap, Rule.Floor), drawn.cap);
            Assert.InRange(estimate, 1, Rule.Estimate(client, model, drawn.cap + drawn.more));
            Assert.InRange(estimate, 1, Rule.Estimate(longer, model, drawn.cap));
        });

    [Fact]
    public void Two_sketches_together_say_what_one_of_all_says_while_nothing_fades() => Law.Holds(
        from first in Few
        from second in Few
        select (first, second),
        drawn => Assert.Equal(
            Of([.. drawn.first, .. drawn.second]).P95, Of(drawn.first).Merge(Of(drawn.second)).P95));

    private static OutputSketch Of(long[] answers)
    {
        var sketch = default(OutputSketch);
        foreach (var answer in answers)
        {
            sketch = sketch.Observe(answer);
        }

        return sketch;
    }

    private static long NearestRank(long[] answers) =>
        answers.Order().ElementAt((answers.Length * 95 + 99) / 100 - 1);
}
