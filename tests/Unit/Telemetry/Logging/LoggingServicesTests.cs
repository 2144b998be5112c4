using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Sluice.Telemetry;
using Xunit;

namespace Sluice.Unit.Telemetry.Logging;

public sealed class LoggingServicesTests
{
    [Theory]
    [InlineData(null, "sluice-text")]
    [InlineData("text", "sluice-text")]
    [InlineData("json", "sluice-json")]
    public void The_format_comes_from_the_configuration(string? format, string formatter)
    {
        using var host = HostWith(new() { ["Logging:Format"] = format });

        Assert.Equal(
            formatter, host.Services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
    }

    [Fact]
    public void An_unknown_format_fails_the_start_and_names_the_known_ones()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => HostWith(new() { ["Logging:Format"] = "xml" }));

        Assert.Equal("Logging:Format must be text or json, and is 'xml'.", failure.Message);
    }

    [Fact]
    public void Frameworks_are_quiet_and_we_are_not_unless_the_operator_says_otherwise()
    {
        using var host = HostWith([]);
        Assert.False(IsInformative(host, "Microsoft.AspNetCore.Server.Kestrel"));
        Assert.False(IsInformative(host, "Yarp.ReverseProxy.Forwarder.HttpForwarder"));
        Assert.True(IsInformative(host, "Sluice.Edge.Admission"));

        using var asked = HostWith(new()
        {
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Information",
            ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "Information",
            ["Logging:LogLevel:Sluice"] = "Error",
        });
        Assert.True(IsInformative(asked, "Microsoft.AspNetCore.Hosting.Diagnostics"));
        Assert.False(IsInformative(asked, "Sluice.Edge.Admission"));
    }

    /// <summary>Guards speed: as soon as this one logs anything, hosting makes an activity for every request.</summary>
    [Fact]
    public void The_category_that_makes_activities_is_silent()
    {
        using var host = HostWith([]);
        var logger = host.Services.GetRequiredService<ILoggerFactory>()
            .CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics");

        Assert.False(logger.IsEnabled(LogLevel.Critical));
    }

    /// <summary>Guards the mask: a second provider would write what no formatter of ours has seen.</summary>
    [Fact]
    public void The_console_is_the_only_place_that_records_go_to()
    {
        using var host = HostWith([]);

        Assert.IsType<ConsoleLoggerProvider>(Assert.Single(host.Services.GetServices<ILoggerProvider>()));
    }

    private static bool IsInformative(IHost host, string category) =>
        host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(LogLevel.Information);

    private static IHost HostWith(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddSluiceLogging();
        return builder.Build();
    }
}
