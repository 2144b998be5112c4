using System.Text.Json;
using Xunit;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>
/// Guards against limits that are wrong in a way we like: these histories and answers were derived with exact fractions
/// from what other limiters publish, and nobody tunes to them. <c>SLUICE_VECTORS</c> names another folder of them.
/// </summary>
public sealed class LimitVectorsTests
{
    public static TheoryData<string> Ids => [.. Vector.All.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_published_history_gets_its_published_answers(string id)
    {
        var vector = Vector.All[id];
        Assert.SkipUnless(vector.IsOurs, $"{id} is what '{vector.Conformance}' does, not what these limits do.");
        var subject = VectorSubject.For(vector);

        Assert.NotEmpty(vector.Steps);
        foreach (var step in vector.Steps)
        {
            var facts = subject.Play(step);
            foreach (var expected in step.GetProperty("expect").EnumerateObject())
            {
                Assert.True(facts.TryGetValue(expected.Name, out var actual), $"No {expected.Name} for {step}.");
                Assert.True(
                    Equals(ValueOf(expected), actual), $"{expected.Name} is {actual ?? "null"} after {step}.");
            }
        }
    }

    private static object? ValueOf(JsonProperty expected) => expected.Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => expected.Value.GetString(),
        _ => expected.Name.EndsWith("_ns", StringComparison.Ordinal)
            ? TicksUpFrom(expected.Value.GetInt64())
            : expected.Value.GetInt64(),
    };

    // Times are told in ticks of 100 ns, and up, so that nobody comes back too early.
    private static TimeSpan TicksUpFrom(long nanoseconds) => new((nanoseconds + 99) / 100);
}
