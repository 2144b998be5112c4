using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Usage;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Sluice.Rules.Usage;
using Sluice.Silo.Storage.Usage;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Cluster.Storage;

/// <summary>What the usage log keeps, and what of it counts: <c>limits.md</c> 4.6 and Q4, Q5.</summary>
public abstract class UsageLogTests : StorageTest
{
    private const string Client = "acme.web";
    private const long Session = 7;

    private static readonly DateTimeOffset At = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly CountLimit Monthly = new("monthly", 1_000);
    private static readonly CountLimit Tokens = new("tokens", 1_000, Units.TotalTokens);

    private protected UsageLogTests(TestPlace place)
        : base(place)
    {
    }

    private IUsageLog Log => Silo.GetRequiredService<IUsageLog>();

    private UsageReport Report => Silo.GetRequiredService<UsageReport>();

    [Fact]
    public async Task A_batch_that_comes_again_counts_once()
    {
        var batch = Batch(1, Event(1, input: 10, output: 20), Event(2, input: 1, output: 2));
        await Log.AppendAsync(batch, Token);
        await Log.AppendAsync(batch, Token);
        await Log.AppendAsync(Batch(2, Event(3)), Token);
        await Log.AppendAsync(batch, Token); // It was on its way for long.

        Assert.Equal((3, 33), await UsedAsync());
        Assert.Equal(["3"], await AskAsync("SELECT count(*) FROM usage_counted"));
    }

    /// <summary>Guards an upgrade: what an older silo has stored as rows is not stored again as a batch.</summary>
    [Fact]
    public async Task A_batch_that_another_silo_has_stored_in_its_own_way_is_not_stored_again()
    {
        await AskAsync($"""
            INSERT INTO usage_session (
                edge_session, reports, complete_through, last_sequence, is_closed, dropped, reported_at)
            VALUES ({Session}, 1, 2, 2, 0, 0, 0)
            """);

        await Log.AppendAsync(Batch(1, Event(1)), Token);
        Assert.Equal((0, 0), await UsedAsync());
        await Log.AppendAsync(Batch(2, Event(2)), Token);
        Assert.Equal((1, 0), await UsedAsync());
    }

    [Fact]
    public async Task Calls_that_are_logged_as_rows_count_beside_batches()
    {
        await AskAsync($"""
            INSERT INTO usage_event (
                client_id, edge_session, sequence, rank, epoch, tenant, plan, key_version, model, endpoint, admitted_at,
                ended_at, outcome, chunk, requests, input_tokens, output_tokens, images, pages)
            VALUES (
                '{Client}', {Session}, 1, 1, 2, 'acme', 'gold', 1, 'm', 'chat/completions', {At.ToMicroseconds()},
                {At.ToMicroseconds()}, 1, 5, 1, 3, 4, 0, 0)
            """);
        var chunk = Event(-5, requests: 10) with { Outcome = UsageOutcome.EdgeLost };
        await Log.AppendLostAsync([chunk, Event(1) with { Outcome = UsageOutcome.EdgeLost }], Token);
        await Log.AppendAsync(Batch(2, Event(2) with { Chunk = 5 }), Token);

        Assert.Equal((10, 7), await UsedAsync()); // Two of the chunk's ten have their own events.
        Assert.Equal(
            [-5, 1, 2],
            Sequences(await Report.EventsAsync(new("acme", null, At.AddYears(-1), At.AddYears(1)), null, Token)));
    }

    [Fact]
    public async Task Pages_go_on_where_the_one_before_ended_however_far_apart_calls_are()
    {
        const int Many = UsageReport.EventsMax + 200;
        for (var part = 0; part < 4; part++)
        {
            await Log.AppendAsync(
                Batch(
                    part + 1,
                    [.. Enumerable.Range(part * Many / 4, Many / 4).Select(n => Event(n + 1) with
                    {
                        AdmittedAt = At.AddTicks(TimeSpan.TicksPerMinute * n * n * (n % 2)),
                    })]),
                Token);
        }

        var selection = new UsageSelection("acme", null, At.AddYears(-1), At.AddYears(5));
        var first = await Report.EventsAsync(selection, null, Token);
        var second = await Report.EventsAsync(selection, first[^1], Token);

        Assert.Equal((UsageReport.EventsMax, 200), (first.Count, second.Count));
        Assert.Equal(Many, first.Concat(second).Select(one => one.RequestId).Distinct().Count());
        Assert.Equal(
            first.Concat(second).OrderBy(one => one.AdmittedAt).ThenBy(one => one.RequestId.Sequence),
            first.Concat(second));
    }

    [Fact]
    public async Task What_an_edge_tells_counts_in_place_of_what_was_written_when_it_was_lost()
    {
        var lost = Event(1, input: 100, output: 400) with { Outcome = UsageOutcome.EdgeLost };
        await Log.AppendLostAsync([lost, lost with { RequestId = new RequestId(Session, 2) }], Token);
        Assert.Equal((2, 1_000), await UsedAsync());

        await Log.AppendAsync(Batch(1, Event(1, input: 100, output: 7)), Token);
        await Log.AppendLostAsync([lost], Token);

        Assert.Equal((2, 607), await UsedAsync());
    }

    [Fact]
    public async Task Of_a_lost_chunk_what_its_calls_have_spent_counts_once()
    {
        var chunk = Event(-5, requests: 10) with { Outcome = UsageOutcome.EdgeLost };
        await Log.AppendLostAsync([chunk], Token);
        Assert.Equal((10, 0), await UsedAsync());

        await Log.AppendAsync(Batch(1, Event(1) with { Chunk = 5 }, Event(2) with { Chunk = 5 }, Event(3)), Token);
        Assert.Equal((11, 0), await UsedAsync());

        await Log.AppendAsync(Batch(2, Event(-5, requests: 0)), Token); // The edge itself: it was not used.
        Assert.Equal((3, 0), await UsedAsync());
    }

    [Fact]
    public async Task Calls_are_counted_in_the_time_of_their_admission_and_up_to_the_cut_of_their_epoch()
    {
        var month = At.AddDays(10); // The first of December is in between.
        await Log.AppendAsync(
            Batch(
                1,
                Event(1),
                Event(2) with { AdmittedAt = month, EndedAt = month },
                Event(3) with { EndedAt = month },
                Event(4) with { Epoch = 3, AdmittedAt = At.AddHours(1) },
                Event(5) with { Epoch = 3, AdmittedAt = At.AddHours(2) },
                Event(6) with { ClientId = "acme.other" }),
            Token);

        Assert.Equal((4, 0), await UsedAsync());
        Assert.Equal((3, 0), await UsedAsync(epoch: 3, cut: At.AddHours(1)));
        Assert.Equal((1, 0), await UsedAsync(from: At.AddDays(9), to: At.AddDays(40)));
    }

    [Fact]
    public async Task Sessions_are_known_from_their_first_moment_to_their_last_batch()
    {
        await Log.OpenSessionAsync(Session, Token);
        await Log.OpenSessionAsync(Session + 1, Token);
        var opened = await Log.SessionsAsync(Token);
        Assert.Equal([Session, Session + 1], opened.Sessions.Select(session => session.EdgeSession));
        Assert.Equal(0, opened.BeganAt); // Nothing was counted before.
        Assert.InRange(opened.Sessions[0].ReportedAt, opened.Now - 600_000_000, opened.Now);

        await Log.AppendAsync(Batch(2) with { CompleteThrough = 4, LastSequence = 9 }, Token);
        await Log.AppendAsync(Batch(1) with { CompleteThrough = 1, LastSequence = 2 }, Token); // It was late.
        await Log.OpenSessionAsync(Session, Token);
        var told = (await Log.SessionsAsync(Token)).Sessions[0];
        Assert.Equal((2, 4, 9, false), (told.Reports, told.CompleteThrough, told.LastSequence, told.IsClosed));

        await Log.AppendAsync(Batch(3) with { IsLast = true }, Token);
        Assert.Equal([Session + 1], (await Log.SessionsAsync(Token)).Sessions.Select(one => one.EdgeSession));
    }

    [Fact]
    public async Task An_edge_that_dropped_events_is_remembered_though_it_is_over()
    {
        await Log.AppendAsync(Batch(1) with { Dropped = 3, IsLast = true }, Token);

        var log = await Log.SessionsAsync(Token);

        Assert.Equal(3, Assert.Single(log.Sessions).Dropped);
        Assert.False(log.HasAllSince(UsageTime.OfMicroseconds(log.BeganAt)));
        Assert.True(log.HasAllSince(UsageTime.OfMicroseconds(log.Now + 1_000_000)));
    }

    [Fact]
    public async Task An_owner_after_a_crash_knows_until_when_the_one_before_was_there()
    {
        var first = await Log.OwnerBeginsAsync(Client, 1, TimeSpan.FromHours(1), Token);
        Assert.True(first.IsWhole);

        var second = await Log.OwnerBeginsAsync(Client, 2, TimeSpan.FromMinutes(1), Token);
        var third = await Log.OwnerBeginsAsync(Client, 3, TimeSpan.Zero, Token);
        Assert.False(second.IsWhole);
        Assert.InRange(second.Until - first.Until, 59L * 60_000_000 - 1_000_000, long.MaxValue);
        Assert.Equal(second, third); // Nobody knows what the second one had out.

        await Log.OwnerReconciledAsync(Client, 3, Token);
        Assert.False((await Log.OwnerBeginsAsync(Client, 4, TimeSpan.Zero, Token)).IsWhole);
        await Log.OwnerReconciledAsync(Client, 4, Token);
        await Log.OwnerEndsAsync(Client, 4, Token);
        Assert.True((await Log.OwnerBeginsAsync(Client, 5, TimeSpan.Zero, Token)).IsWhole);
    }

    [Fact]
    public async Task A_report_adds_up_by_client_model_and_day_and_lists_every_call()
    {
        await Log.AppendAsync(
            Batch(
                1,
                Event(1, input: 1),
                Event(2, input: 2),
                Event(3, input: 4) with { AdmittedAt = At.AddDays(1) },
                Event(4, input: 8) with { Model = "other" },
                Event(5, input: 16) with { Tenant = "evil", ClientId = "evil.web" }),
            Token);
        var acme = new UsageSelection("acme", null, At.AddDays(-1), At.AddDays(3));

        var days = await Report.DaysAsync(acme, Token);

        Assert.Equal(
            [("m", new DateOnly(2026, 11, 21), 2L, 3L), ("m", new DateOnly(2026, 11, 22), 1, 4),
                ("other", new DateOnly(2026, 11, 21), 1, 8)],
            days.Select(day => (day.Model, day.Day, day.Requests, day.InputTokens)));
        Assert.Equal(4, (await Report.DaysAsync(acme with { Tenant = null }, Token)).Count);
        var mine = acme with { Tenant = null, ClientId = Client };
        Assert.Equal([1, 2, 4, 3], Sequences(await Report.EventsAsync(mine, null, Token)));
        Assert.Equal([4, 3], Sequences(await Report.EventsAsync(acme, Event(2), Token)));
    }

    private static IEnumerable<long> Sequences(List<UsageEvent> events) =>
        events.Select(one => one.RequestId.Sequence);

    private static UsageBatch Batch(long number, params UsageEvent[] events) =>
        new() { EdgeSession = Session, Number = number, Events = events };

    private static UsageEvent Event(long sequence, long requests = 1, long input = 0, long output = 0) => new()
    {
        RequestId = new RequestId(Session, sequence), ClientId = Client, Tenant = "acme", Plan = "gold", KeyVersion = 1,
        Model = "m", Endpoint = "chat/completions", AdmittedAt = At, EndedAt = At.AddSeconds(1),
        Outcome = UsageOutcome.Used, Epoch = 2, Requests = requests, InputTokens = input, OutputTokens = output,
    };

    /// <summary>Requests and tokens that the log shows.</summary>
    private async Task<(long Requests, long Tokens)> UsedAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, long epoch = 9, DateTimeOffset? cut = null)
    {
        IReadOnlyList<LoggedUse> used = await Log.UsedAsync(
            new UsageQuestion(Client, from ?? At.AddDays(-1), to ?? At.AddDays(9), epoch, cut ?? At), Token);
        return (used.Sum(use => use.Of(Monthly)), used.Sum(use => use.Of(Tokens)));
    }
}
