using Sluice.Edge;
using Xunit;

namespace Sluice.Unit.Edge;

public sealed class EdgeOptionsValidatorTests
{
    private readonly EdgeOptions _options = new()
    {
        Pools =
        {
            new PoolOptions { Name = "small", Address = "http://10.0.0.7:8000", Models = { "qwen", "org/model:1" } },
            new PoolOptions { Name = "large-2", Address = "https://pool.example/base", Models = { "Qwen" } },
        },
    };

    [Fact]
    public void Settings_within_their_bounds_are_accepted() => Assert.Empty(Mistakes());

    [Fact]
    public void An_edge_without_pools_has_nowhere_to_forward_to()
    {
        _options.Pools.Clear();

        Assert.Equal(["Edge:Pools is empty: name at least one pool to forward to."], Mistakes());
    }

    /// <summary>Guards operators against mending one mistake per start.</summary>
    [Fact]
    public void Every_mistake_is_named_at_once_with_its_place()
    {
        _options.BodyBytesMax = 1023;
        _options.DecisionTimeout = TimeSpan.FromSeconds(31);
        _options.RenewPeriod = TimeSpan.Zero;
        _options.PoolCloseTimeout = TimeSpan.FromSeconds(16);
        _options.Pools[0].Name = "Small";
        _options.Pools[0].Address = "10.0.0.7:8000";
        _options.Pools[0].Models.Add("");
        _options.Pools[0].KeyFile = "/nowhere/key";
        _options.Pools[0].FirstByteTimeout = TimeSpan.Zero;
        _options.Pools[1].Models.Add("qwen");
        _options.Pools[1].IdleTimeout = TimeSpan.FromHours(2);
        _options.Pools.Add(new PoolOptions { Name = "large-2", Address = "ftp://pool" });

        var mistakes = Mistakes();

        Assert.Equal(
            [
                "Edge:Pools:0:Name 'Small' is not "
                    + "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.",
                "Edge:Pools:0:Address must be an http or https address without user, password and query.",
                "Edge:Pools:0:Models: '' is not 1 to 256 characters long.",
                "Edge:Pools:0:KeyFile '/nowhere/key' does not exist.",
                "Edge:Pools:0:FirstByteTimeout 00:00:00 is not between 10 milliseconds and 1 hour.",
                "Edge:Pools:1:Models: 'qwen' is served by pool 'Small' already.",
                "Edge:Pools:1:IdleTimeout 02:00:00 is not between 10 milliseconds and 1 hour.",
                "Edge:Pools:2:Name 'large-2' is used twice.",
                "Edge:Pools:2:Address must be an http or https address without user, password and query.",
                "Edge:Pools:2:Models is empty: name the models that this pool serves.",
            ],
            mistakes.Skip(4));
        string[] names = ["BodyBytesMax", "DecisionTimeout", "RenewPeriod", "PoolCloseTimeout"];
        Assert.All(names.Zip(mistakes), named => Assert.Contains(named.First, named.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://user:secret@pool")]
    [InlineData("http://pool/?key=secret")]
    [InlineData("/v1")]
    [InlineData("")]
    public void An_address_that_is_more_or_less_than_one_is_refused_and_not_repeated(string address)
    {
        _options.Pools[0].Address = address;

        Assert.Equal(
            ["Edge:Pools:0:Address must be an http or https address without user, password and query."], Mistakes());
    }

    [Fact]
    public void The_bounds_themselves_are_allowed()
    {
        _options.BodyBytesMax = 1024;
        _options.DecisionTimeout = TimeSpan.FromMilliseconds(100);
        _options.RenewPeriod = TimeSpan.FromMinutes(1);
        _options.PoolCloseTimeout = TimeSpan.Zero;
        _options.Pools[0].FirstByteTimeout = TimeSpan.FromHours(1);
        _options.Pools[0].IdleTimeout = TimeSpan.FromMilliseconds(10);

        Assert.Empty(Mistakes());
    }

    private List<string> Mistakes() => [.. new EdgeOptionsValidator().Validate(null, _options).Failures ?? []];
}
