using System.Collections.Immutable;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class LimitScopeTests
{
    private static readonly CallFacts Call = new(
        "qwen-max", "chat/completions", KeyVersion: 3, V4(10, 1, 2, 3));

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
    [InlineData("", "", "", "104", true)]
    [InlineData("", "", "", "128", false)]
    [InlineData("", "", "", "128,127", true)]
    [InlineData("", "", "", "0", true)]
    [InlineData("qwen-*", "chat/completions", "3", "127", true)]
    [InlineData("qwen-*", "chat/completions", "4", "127", false)]
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
        Assert.False(Scope(addresses: "0")!.Includes(unknown));
        Assert.True(Scope(models: "*")!.Includes(unknown));
    }

    /// <summary>Guards calls that run: a plan that is read again must not look like one with other limits.</summary>
    [Fact]
    public void Scopes_of_the_same_lists_are_the_same()
    {
        var scope = Scope("m", "e", "1", "104");

        Assert.Equal(scope, Scope("m", "e", "1", "104"));
        Assert.Equal(scope!.GetHashCode(), Scope("m", "e", "1", "104")!.GetHashCode());
        Assert.NotEqual(scope, Scope("n", "e", "1", "104"));
        Assert.NotEqual(scope, Scope("m", "f", "1", "104"));
        Assert.NotEqual(scope, Scope("m", "e", "2", "104"));
        Assert.NotEqual(scope, Scope("m", "e", "1", "105"));
    }

    private static LimitScope? Scope(
        string models = "", string endpoints = "", string keys = "", string addresses = "") => LimitScope.Of(
            Entries(models), Entries(endpoints), [.. Entries(keys).Select(int.Parse)],
            [.. Entries(addresses).Select(bits => new AddressNetwork(V4(10, 1, 2, 2), int.Parse(bits)))]);

    private static UInt128 V4(byte a, byte b, byte c, byte d) =>
        new(0, 0xFFFF_0000_0000UL | (uint)((a << 24) | (b << 16) | (c << 8) | d));

    private static ImmutableArray<string> Entries(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries)];
}
