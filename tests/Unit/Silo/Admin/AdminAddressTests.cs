using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;
using Sluice.Silo;
using Sluice.Silo.Admin;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

/// <summary>From where operators come, and what the settings for it may be.</summary>
public sealed class AdminAddressTests : IAuditLog, IDisposable
{
    private readonly SiloOptions _options = new() { AdminNetworks = { "10.0.0.0/8", "2001:db8::/32" } };
    private readonly AdminGuard _guard;
    private readonly List<AuditNote> _told = [];

    public AdminAddressTests() =>
        _guard = new AdminGuard(this, new ManualTime(), NullLogger<AdminGuard>.Instance);

    public void Dispose() => _guard.Dispose();

    [Theory]
    [InlineData("10.1.2.3", "/admin/v1/clients", 200)]
    [InlineData("::ffff:10.1.2.3", "/admin/v1/clients", 200)]
    [InlineData("2001:db8::1", "/metrics", 200)]
    [InlineData("11.1.2.3", "/admin/v1/clients", 403)]
    [InlineData("11.1.2.3", "/metrics", 403)]
    [InlineData("11.1.2.3", "/", 403)]
    [InlineData(null, "/admin/v1/clients", 403)]
    [InlineData("11.1.2.3", "/healthz", 200)]
    [InlineData("11.1.2.3", "/readyz", 200)]
    public async Task Who_comes_from_elsewhere_reaches_the_health_and_nothing_else(
        string? address, string path, int status) =>
        Assert.Equal(status, await AskAsync(address, path));

    [Fact]
    public async Task Without_networks_everybody_is_let_through()
    {
        _options.AdminNetworks.Clear();

        Assert.Equal(200, await AskAsync("11.1.2.3", "/admin/v1/clients"));
    }

    [Fact]
    public async Task Who_comes_from_elsewhere_is_told_to_the_audit_trail()
    {
        await AskAsync("11.1.2.3", "/admin/v1/clients");
        await _guard.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains("11.1.2.0/24", Assert.Single(_told).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_mistake_in_the_settings_is_named_at_once()
    {
        var result = new SiloOptionsValidator().Validate(null, new SiloOptions
        {
            AdminNetworks = { "10.0.0.0/8", "somewhere" },
            AuditCheckpointUrl = "ftp://user:word@host/",
            AuditCheckpointTokenFile = "/no/such/file",
        });

        Assert.Collection(
            result.Failures!.Order(),
            mistake => Assert.Contains("AdminNetworks:1", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("AuditCheckpointTokenFile", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("AuditCheckpointUrl", mistake, StringComparison.Ordinal));
        Assert.DoesNotContain("word@", result.FailureMessage, StringComparison.Ordinal);
        Assert.True(new SiloOptionsValidator().Validate(null, new SiloOptions()).Succeeded);
    }

    Task IAuditLog.AppendAsync(
        string actor, ImmutableArray<(string Id, AuditNote Note)> entries, CancellationToken cancellationToken)
    {
        _told.AddRange(entries.Select(entry => entry.Note));
        return Task.CompletedTask;
    }

    private async Task<int> AskAsync(string? address, string path)
    {
        var middleware = new AdminAddressMiddleware(_ => Task.CompletedTask, Options.Create(_options), _guard);
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider(),
        };
        context.Request.Path = path;
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        await middleware.InvokeAsync(context);
        return context.Response.StatusCode;
    }
}
