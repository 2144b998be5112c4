using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Admission;
using Sluice.Silo.Admin;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

public sealed class RequestIdTextTests
{
    private const string ClientId = "0123456789Ab";

    [Fact]
    public void A_request_is_named_by_its_id_or_by_its_decisions()
    {
        var decision = new DecisionId(ClientId, new(26, 255));

        Assert.Equal(new RequestId(26, 255), RequestIdText.Parse("req_1a_ff", ClientId));
        Assert.Equal(new RequestId(26, 255), RequestIdText.Parse(decision.ToString(), ClientId));
        Assert.Equal("req_1a_ff", RequestIdText.Of(new RequestId(26, 255)));
    }

    /// <summary>Guards another client's slot, and numbers that no edge gives out.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("req_1")]
    [InlineData("req_1_2_3")]
    [InlineData("req_0_1")]
    [InlineData("req_1_-1")]
    [InlineData("req_1_ffffffffffffffff")]
    [InlineData("req_1_11111111111111111")]
    [InlineData("1_2")]
    public void What_names_no_request_is_none(string text)
    {
        Assert.Null(RequestIdText.Parse(text, ClientId));
        Assert.Null(RequestIdText.Parse(new DecisionId("zzzzzzzzzzzz", new(1, 1)).ToString(), ClientId));
    }
}
