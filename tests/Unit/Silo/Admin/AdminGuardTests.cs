using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;
using Sluice.Rules.Credentials;
using Sluice.Silo.Admin;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

/// <summary>Guards the admin API from those who try keys, and its operators from being locked out by them.</summary>
public sealed class AdminGuardTests : IAuditLog, IAsyncDisposable
{
    private static readonly AddressPrefix Network = AddressPrefix.OfBytes([203, 0, 113, 7]);
    private static readonly byte[] Digest = new byte[32];

    private readonly ManualTime _time = new();
    private readonly AdminGuard _guard;
    private readonly Channel<ImmutableArray<(string Id, AuditNote Note)>> _stored =
        Channel.CreateUnbounded<ImmutableArray<(string, AuditNote)>>();

    private Func<Task> _store = () => Task.CompletedTask;

    public AdminGuardTests() => _guard = new AdminGuard(this, _time, NullLogger<AdminGuard>.Instance);

    public async ValueTask DisposeAsync()
    {
        await _guard.StopAsync(CancellationToken.None).Within();
        _guard.Dispose();
    }

    [Fact]
    public void A_network_that_tries_keys_waits_and_an_operator_in_it_does_not()
    {
        _guard.Found("operator", 1, Digest);
        for (var i = 0; i < 100; i++)
        {
            _guard.Refused(Network, CredentialRefusal.Unknown, "somebody");
        }

        Assert.True(_guard.WaitOf(Network, "somebody", 1, Digest) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, _guard.WaitOf(Network, "operator", 1, Digest));
        Assert.True(_guard.WaitOf(Network, "operator", 2, Digest) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, _guard.WaitOf(AddressPrefix.OfBytes([203, 0, 114, 7]), "somebody", 1, Digest));
    }

    [Fact]
    public async Task What_was_refused_is_stored_once_also_when_the_database_was_away()
    {
        await _guard.StartAsync(CancellationToken.None);
        _guard.Refused(Network, CredentialRefusal.Unknown, "somebody");
        _guard.Refused(Network, CredentialRefusal.Malformed, null);
        _store = () => Task.FromException(new InvalidOperationException("away"));
        var first = await NextAsync();
        _guard.Refused(Network, CredentialRefusal.Absent, null);
        _store = () => Task.CompletedTask;
        var again = await NextAsync();
        var later = await NextAsync();

        Assert.Equal(first, again);
        var note = Assert.Single(first).Note;
        Assert.Equal(("credential.refuse", "network/203.0.113.0/24"), (note.Action, note.Subject));
        Assert.Equal(
            """{"from":"2026-01-01T00:00:00.000Z","to":"2026-01-01T00:01:00.000Z","""
            + "\"refused\":{\"malformed\":1,\"unknown\":1},"
            + "\"clients\":[\"somebody\"]}",
            note.Detail);
        Assert.NotEqual(first[0].Id, later[0].Id);
        Assert.Contains("\"absent\":1", later[0].Note.Detail, StringComparison.Ordinal);
    }

    Task IAuditLog.AppendAsync(
        string actor, ImmutableArray<(string Id, AuditNote Note)> entries, CancellationToken cancellationToken)
    {
        Assert.Equal("silo", actor);
        _stored.Writer.TryWrite(entries);
        return _store();
    }

    private async Task<ImmutableArray<(string Id, AuditNote Note)>> NextAsync()
    {
        await Eventually.True(() => _time.ArmedTimers > 0, "the guard waits");
        _time.Advance(AdminGuard.Period);
        return await _stored.Reader.ReadAsync().AsTask().Within();
    }
}
