using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Sluice.Silo;
using Xunit;

namespace Sluice.OrleansEngine;

/// <summary>
/// Settings are read before anything is registered; whoever wrote them hears of all mistakes at once.
/// </summary>
public sealed class SettingsTests
{
    private const string Secret = "s3cret-of-tests";

    [Fact]
    public void Every_mistake_is_named_with_its_place()
    {
        var mistakes = MistakesIn(
            ("Orleans:ClusterId", " "),
            ("Orleans:Clustering", "Consul"),
            ("Orleans:GatewayPort", "70000"),
            ("Orleans:ResponseTimeout", "00:00:00.5"),
            ("Orleans:SiloPort", "0"),
            ("Orleans:ListenAddress", "everywhere"),
            ("Orleans:AdvertisedAddress", "0.0.0.0"),
            ("Orleans:ProbeTimeout", "00:01:00"),
            ("Orleans:Reminders", "Paper"),
            ("Orleans:AdoNetStorage:0", "Default"),
            ("Cluster:Tls:CertificateFile", "/no/such/file"));

        string[] places =
        [
            "Orleans:ClusterId", "Orleans:Clustering", "Orleans:GatewayPort", "Orleans:ResponseTimeout",
            "Orleans:SiloPort", "Orleans:ListenAddress", "Orleans:AdvertisedAddress", "Orleans:ProbeTimeout",
            "Orleans:Reminders", "Orleans:AdoNetStorage", "Orleans:DatabaseConnection", "Cluster:Tls:CertificateFile",
            "Cluster:Tls:KeyFile", "Cluster:Tls:TrustedCertificatesFile",
        ];
        Assert.Equal(places, mistakes.Select(mistake => mistake.Split(' ')[0]));
    }

    [Theory]
    [InlineData("Redis", "Orleans:RedisConnection")]
    [InlineData("AdoNet", "Orleans:DatabaseConnection")]
    public void Where_silos_are_written_down_must_be_said(string clustering, string place) =>
        Assert.StartsWith(place, Assert.Single(MistakesIn(
            ("Orleans:Clustering", clustering), ("Orleans:Reminders", "Memory"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Redis", "Orleans:RedisConnection", $"host,,=,password={Secret},nonsense=1")]
    [InlineData("AdoNet", "Orleans:DatabaseConnection", $"Host;Password={Secret}")]
    public void What_cannot_be_read_is_not_repeated(string clustering, string name, string value)
    {
        var mistake = Assert.Single(MistakesIn(
            ("Orleans:Clustering", clustering), ("Orleans:Reminders", "Memory"), (name, value)));

        Assert.StartsWith(name, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, mistake, StringComparison.Ordinal);
    }

    private static string[] MistakesIn(params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(OrleansSilo.Settings("unused", settings));
        return [.. Assert.Throws<OptionsValidationException>(builder.AddSilo).Failures];
    }
}
