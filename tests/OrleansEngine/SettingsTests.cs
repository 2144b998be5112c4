using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sluice.Silo;
using Xunit;

namespace Sluice.OrleansEngine;

/// <summary>Whoever wrote the settings hears of all mistakes at once, with all others of the silo.</summary>
public sealed class SettingsTests
{
    private const string Secret = "s3cret-of-tests";

    [Fact]
    public void Every_mistake_is_named_with_its_place()
    {
        var mistakes = MistakesIn(
            ("Silo:Port", "0"),
            ("Orleans:ServiceId", " "),
            ("Orleans:Clustering", "Consul"),
            ("Orleans:GatewayPort", "70000"),
            ("Orleans:ResponseTimeout", "00:00:00.5"),
            ("Orleans:ProbeTimeout", "00:01:00"),
            ("Orleans:Reminders", "Paper"),
            ("Orleans:AdoNetStorage:0", "Default"));

        string[] places =
        [
            "Silo:Port", "Orleans:ServiceId", "Orleans:Clustering", "Orleans:GatewayPort", "Orleans:ResponseTimeout",
            "Orleans:ProbeTimeout", "Orleans:Reminders", "Orleans:AdoNetStorage", "Orleans:DatabaseConnection",
        ];
        Assert.Equal(places.Order(), mistakes.Select(mistake => mistake.Split(' ')[0]).Order());
    }

    [Theory]
    [InlineData("Redis", "Orleans:RedisConnection")]
    [InlineData("AdoNet", "Orleans:DatabaseConnection")]
    public void Where_silos_are_written_down_must_be_said(string clustering, string place) =>
        Assert.StartsWith(
            place, Assert.Single(MistakesIn(("Orleans:Clustering", clustering))), StringComparison.Ordinal);

    [Fact]
    public void A_silo_without_a_port_is_alone_and_needs_no_such_place() =>
        Assert.Empty(MistakesIn(("Silo:Port", ""), ("Orleans:Clustering", "Redis")));

    [Theory]
    [InlineData("Redis", "Orleans:RedisConnection", $"host,,=,password={Secret},nonsense=1")]
    [InlineData("AdoNet", "Orleans:DatabaseConnection", $"Host;Password={Secret}")]
    public void What_cannot_be_read_is_not_repeated(string clustering, string name, string value)
    {
        var mistake = Assert.Single(MistakesIn(("Orleans:Clustering", clustering), (name, value)));

        Assert.StartsWith(name, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, mistake, StringComparison.Ordinal);
    }

    private static string[] MistakesIn(params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(OrleansSilo.Settings("unused", settings));
        builder.AddSilo();
        using var services = builder.Services.BuildServiceProvider();
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
    }
}
