using Sluice.Grains.Abstractions;
using Sluice.Silo.Admin;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

public sealed class AdminResultsTests
{
    public static TheoryData<ChangeOutcome> Refusals =>
        [.. Enum.GetValues<ChangeOutcome>().Except([ChangeOutcome.None, ChangeOutcome.Done])];

    [Theory, MemberData(nameof(Refusals))]
    public void Every_refusal_has_a_status(ChangeOutcome outcome) =>
        Assert.InRange(AdminResults.Refusal(new ChangeReply(outcome, "Because.")).StatusCode, 400, 410);

    [Theory]
    [InlineData(ChangeOutcome.NotFound, 404, "Because.")]
    [InlineData(ChangeOutcome.AlreadyExists, 409, "Because.")]
    [InlineData(ChangeOutcome.Invalid, 400, "Because.")]
    [InlineData(ChangeOutcome.Conflict, 409, "Because.")]
    [InlineData(ChangeOutcome.Gone, 410, "Because.")]
    [InlineData(ChangeOutcome.OwnedByFile, 409,
        "It is owned by the configuration file 'Because.': change it there and restart.")]
    public void A_refusal_says_what_the_operator_can_do(ChangeOutcome outcome, int status, string detail)
    {
        var problem = AdminResults.Refusal(new ChangeReply(outcome, "Because."));

        Assert.Equal((status, detail), (problem.StatusCode, problem.ProblemDetails.Detail));
    }

    [Theory]
    [InlineData(ChangeOutcome.None)]
    [InlineData(ChangeOutcome.Done)]
    public void What_is_no_refusal_has_no_status(ChangeOutcome outcome) =>
        Assert.Throws<System.Diagnostics.UnreachableException>(
            () => AdminResults.Refusal(new ChangeReply(outcome, "")));

    [Fact]
    public void Mistakes_are_told_together()
    {
        var problem = AdminResults.Invalid(["a: is missing.", "b: is missing."]);

        Assert.Equal((400, "a: is missing. b: is missing."), (problem.StatusCode, problem.ProblemDetails.Detail));
    }

    [Fact]
    public void What_is_not_there_is_named()
    {
        var problem = AdminResults.NotFound("plan 'gold'");

        Assert.Equal((404, "There is no plan 'gold'."), (problem.StatusCode, problem.ProblemDetails.Detail));
    }
}
