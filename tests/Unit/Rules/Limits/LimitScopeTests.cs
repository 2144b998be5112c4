using System.Collections.Immutable;
using System.Net;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class LimitScopeTests
{
    private static readonly CallFacts Call = new(
        "qwen-max", "chat/completions", KeyVersion: 3, IPAddress.Parse("10.1.2.3"));

    [Fact]
    public void Lists_that_are_all_empty_leave_nothing_out() => Assert.Null(Scope());

    [Theory]
    [InlineData("qwen-*", "", "", "", true)]
    [InlineData("glm-*,qwen-max", "", "", "", true)]
    [InlineData("qwen-m", "", "", "", false)]
    [InlineData("", "chat/completions", "", "", true)]
    [InlineData("", "embeddings", "", "", false)]
    [InlineData("", "", "2,3", "", true)]
    [InlineData("", "", "4", "", false)]
    [InlineData("", "", "", "10.0.0.0/8", true)]
    [InlineData("", "", "", "10.1.2.4/32,::/0", false)]
    [InlineData("qwen-*", "chat/completions", "3", "10.1.2.3/32", true)]
    [InlineData("qwen-*", "chat/completions", "4", "10.1.2.3/32", false)]
    public void A_call_fits_one_entry_of_every_list(
        string models, string endpoints, string keys, string addresses, bool expected) =>
        Assert.Equal(expected, Scope(models, endpoints, keys, addresses)!.Includes(Call));

    /// <summary>Guards calls that an older neighbour tells of: what it does not say is not taken for a match.</summary>
    [Fact]
    public void What_is_not_known_of_a_call_fits_nothing()
    {
        var unknown = new CallFacts("qwen-max");

        Assert.False(Scope(endpoints: "chat/completions")!.Includes(unknown));
        Assert.False(Scope(keys: "3")!.Includes(unknown));
        Assert.False(Scope(addresses: "0.0.0.0/0")!.Includes(unknown));
        Assert.True(Scope(models: "*")!.Includes(unknown));
    }

    /// <summary>Guards calls that run: a plan that is read again must not look like one with other limits.</summary>
    [Fact]
    public void Scopes_of_the_same_lists_are_the_same()
    {
        var scope = Scope("m", "e", "1", "10.0.0.0/8");

        Assert.Equal(scope, Scope("m", "e", "1", "10.0.0.0/8"));
        Assert.Equal(scope!.GetHashCode(), Scope("m", "e", "1", "10.0.0.0/8")!.GetHashCode());
        Assert.NotEqual(scope, Scope("n", "e", "1", "10.0.0.0/8"));
        Assert.NotEqual(scope, Scope("m", "f", "1", "10.0.0.0/8"));
        Assert.NotEqual(scope, Scope("m", "e", "2", "10.0.0.0/8"));
        Assert.NotEqual(scope, Scope("m", "e", "1", "11.0.0.0/8"));
    }

    private static LimitScope? Scope(
        string models = "", string endpoints = "", string keys = "", string addresses = "") => LimitScope.Of(
            Entries(models), Entries(endpoints), [.. Entries(keys).Select(int.Parse)],
            [.. Entries(addresses).Select(IPNetwork.Parse)]);

    private static ImmutableArray<string> Entries(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries)];
}
