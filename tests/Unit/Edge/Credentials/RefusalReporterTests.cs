using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Credentials;
using Sluice.Grains.Abstractions.Audit;
using Sluice.Rules.Credentials;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Credentials;

/// <summary>Guards the audit trail: what was refused is told once, however often silos are out of reach.</summary>
public sealed class RefusalReporterTests : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly FakeCluster _cluster = new();
    private readonly ManualTime _time = new();
    private readonly CredentialGuard _guard;
    private readonly RefusalReporter _reporter;

    public RefusalReporterTests()
    {
        var options = Options.Create(new EdgeOptions());
        var metrics = new CredentialMetrics(Some.Meters());
        var session = Some.Session(_cluster);
        _guard = new CredentialGuard(options, metrics, _time);
        _reporter = new RefusalReporter(
            _cluster, session, _guard, metrics, options, _time, NullLogger<RefusalReporter>.Instance);
        Opening = session.OpenAsync(CancellationToken.None);
    }

    private Task Opening { get; }

    private FakeClient Silo => _cluster["7"];

    public async ValueTask DisposeAsync()
    {
        await _reporter.StopAsync(CancellationToken.None).Within();
        _reporter.Dispose();
    }

    [Fact]
    public async Task What_was_refused_is_told_when_the_period_is_over()
    {
        await StartAsync();
        Refuse(CredentialRefusal.Unknown, times: 3);
        Refuse(CredentialRefusal.Checksum, times: 1);

        var report = await NextAsync();

        var network = Assert.Single(report.Networks);
        Assert.Equal((7L, 1L, Period), (report.EdgeSession, report.Number, report.To - report.From));
        Assert.Equal("unknown", network.Network);
        Assert.Equal([new("Checksum", 1), new RefusalCount("Unknown", 3)], network.Counts);
        Assert.Equal([Some.ClientId], network.Clients);
    }

    [Fact]
    public async Task A_report_that_is_not_stored_is_sent_again_as_it_was_and_what_came_meanwhile_after_it()
    {
        await StartAsync();
        Silo.OnNote = () => Task.FromException(new SiloUnavailableException());
        Refuse(CredentialRefusal.Unknown, times: 3);
        var first = await NextAsync();
        Refuse(CredentialRefusal.Unknown, times: 2);
        Silo.OnNote = () => Task.CompletedTask;

        var (again, next) = (await NextAsync(), await NextAsync(advance: false));

        Assert.Equal((first.Number, first.To), (again.Number, again.To));
        Assert.Equal(3, again.Networks[0].Counts[0].Count);
        Assert.Equal((2L, again.To), (next.Number, next.From));
        Assert.Equal(2, next.Networks[0].Counts[0].Count);
    }

    [Fact]
    public async Task What_was_refused_last_is_told_when_the_edge_stops()
    {
        await StartAsync();
        Refuse(CredentialRefusal.Expired, times: 1);

        await _reporter.StopAsync(CancellationToken.None).Within();

        Assert.True(Silo.Notes.Reader.TryRead(out var report));
        Assert.Equal("Expired", report.Networks[0].Counts[0].Refusal);
    }

    [Fact]
    public async Task Nothing_is_told_while_nothing_is_refused()
    {
        await StartAsync();
        await AdvanceAsync();
        await AdvanceAsync();
        Refuse(CredentialRefusal.Absent, times: 1);

        var report = await NextAsync();

        Assert.Equal(1, report.Number);
        Assert.False(Silo.Notes.Reader.TryRead(out _));
    }

    private async Task StartAsync()
    {
        await Opening.Within();
        await _reporter.StartAsync(CancellationToken.None);
    }

    private async Task AdvanceAsync()
    {
        await Eventually.True(() => _time.ArmedTimers > 0, "the reporter waits");
        _time.Advance(Period);
    }

    private async Task<RefusalReport> NextAsync(bool advance = true)
    {
        if (advance)
        {
            await AdvanceAsync();
        }

        return await Silo.Notes.Reader.ReadAsync().AsTask().Within();
    }

    private void Refuse(CredentialRefusal refusal, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _guard.Refused(new DefaultHttpContext(), refusal, Some.ClientId);
        }
    }
}
