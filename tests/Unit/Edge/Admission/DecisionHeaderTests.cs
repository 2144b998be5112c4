using Sluice.Edge.Admission;
using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions.Clients;
using Xunit;
using DecisionId = Sluice.Rules.Admission.DecisionId;

namespace Sluice.Unit.Edge.Admission;

public sealed class DecisionHeaderTests
{
    [Fact]
    public async Task A_refusal_names_its_decision_in_a_header_and_behind_its_message()
    {
        var call = Some.Call(sequence: 5);
        var exchange = new Exchange(call);
        DecisionHeader.Write(exchange.Headers, call);

        await ApiError.For(Verdict.QuotaExhausted, call, "monthly").WriteAsync(exchange.Context);

        var id = exchange.Headers["x-sluice-decision"].ToString();
        Assert.True(DecisionId.TryParse(id, out var read));
        Assert.Equal(new DecisionId(Some.ClientId, new(7, 5)), read);
        Assert.EndsWith($"Check your plan. (Decision {id}.)", exchange.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["code", "message", "param", "type"],
            exchange.Error.EnumerateObject().Select(member => member.Name).Order());
    }

    /// <summary>Guards the names of models that a client may not see.</summary>
    [Theory]
    [InlineData(Verdict.ModelUnknown, 0)]
    [InlineData(Verdict.ModelForbidden, 1)]
    [InlineData(Verdict.Admitted, 1)]
    public void Only_of_a_model_that_is_hidden_the_decision_is_too(Verdict verdict, int headers)
    {
        var exchange = new Exchange();
        DecisionHeader.Write(exchange.Headers, Some.Call());

        DecisionHeader.Withhold(exchange.Headers, verdict);

        Assert.Equal(headers, exchange.Headers["x-sluice-decision"].Count);
    }

    [Fact]
    public async Task An_error_before_anyone_was_asked_names_none()
    {
        var exchange = new Exchange();

        await ApiError.NoKey.WriteAsync(exchange.Context);

        Assert.Equal(0, exchange.Headers["x-sluice-decision"].Count);
        Assert.DoesNotContain("ecision", exchange.Message, StringComparison.Ordinal);
    }
}
