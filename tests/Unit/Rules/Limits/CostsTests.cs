using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class CostsTests
{
    private static readonly Costs Reserved = new(InputTokens: 10, OutputTokens: 90, [new Cost("images", 2)]);

    [Theory]
    [InlineData(null, 1)]
    [InlineData("", 1)]
    [InlineData(Units.Requests, 1)]
    [InlineData(Units.InputTokens, 10)]
    [InlineData(Units.OutputTokens, 90)]
    [InlineData(Units.TotalTokens, 100)]
    [InlineData("images", 2)]
    [InlineData("pages", 0)]
    public void A_call_costs_one_request_and_what_is_said_of_every_other_unit(string? unit, long expected) =>
        Assert.Equal(expected, Reserved.Of(unit));

    [Theory]
    [InlineData(EndingKind.NotDispatched, 0, 0, 0)]
    [InlineData(EndingKind.Used, 1, 7, 0)]
    [InlineData(EndingKind.Unknown, 1, 14, 2)] // At least its input; what nobody told stays as reserved.
    public void An_ending_is_charged_by_what_is_known_of_it(EndingKind kind, long requests, long tokens, long images)
    {
        var ending = new Ending(kind, new Costs(InputTokens: 3, OutputTokens: 4));

        Assert.Equal(requests, ending.ChargeIn(null, Reserved));
        Assert.Equal(tokens, ending.ChargeIn(Units.TotalTokens, Reserved));
        Assert.Equal(images, ending.ChargeIn("images", Reserved));
    }
}
