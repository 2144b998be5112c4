using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Clients;
using Sluice.Rules.Limits;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>What a client's grain may rely on when it counts: <c>limits.md</c> 4.6.</summary>
public abstract class ClientLedgerTests : StorageTest
{
    private const string Client = "acme.web";

    private protected ClientLedgerTests(TestPlace place)
        : base(place)
    {
    }

    [Fact]
    public async Task The_first_opening_is_epoch_1_with_nothing_reserved()
    {
        var opened = await Ledger.OpenAsync(Client, Token);

        Assert.Equal(1, opened.Epoch);
        Assert.Empty(opened.Reserves);
    }

    [Fact]
    public async Task Fifty_openings_at_once_have_fifty_epochs()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Ledger.OpenAsync(Client, Token)));

        Assert.Equal(Enumerable.Range(1, 50).Select(epoch => (long)epoch), opened.Select(one => one.Epoch).Order());
    }

    [Fact]
    public async Task What_is_reserved_is_found_by_the_next_opening_in_another_silo()
    {
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        QuotaReserve[] reserves = [new("monthly", 680, 100), new("pages", 680, 7)];
        Assert.True(await Ledger.ReserveAsync(Client, epoch, reserves, Token));

        var second = (await StartSiloAsync()).GetRequiredService<IClientLedger>();
        var opened = await second.OpenAsync(Client, Token);

        Assert.Equal(2, opened.Epoch);
        Assert.Equal(reserves, opened.Reserves);
        Assert.True(await second.ReserveAsync(Client, 2, [new("monthly", 680, 110)], Token));
    }

    [Fact]
    public async Task A_reserve_may_be_repeated_raised_and_lowered()
    {
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        foreach (var reserved in new long[] { 100, 100, 300, 250 })
        {
            Assert.True(await Ledger.ReserveAsync(Client, epoch, [new("monthly", 680, reserved)], Token));
        }

        Assert.Equal([new("monthly", 680, 250)], (await Ledger.OpenAsync(Client, Token)).Reserves);
    }

    [Fact]
    public async Task An_older_epoch_is_answered_false_and_nothing_of_it_is_stored()
    {
        var old = (await Ledger.OpenAsync(Client, Token)).Epoch;
        await Ledger.OpenAsync(Client, Token);

        Assert.False(await Ledger.ReserveAsync(Client, old, [new("monthly", 680, 100), new("pages", 680, 1)], Token));

        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM client_quota"));
    }

    [Fact]
    public async Task Nothing_to_reserve_still_tells_whether_the_epoch_is_the_newest()
    {
        var old = (await Ledger.OpenAsync(Client, Token)).Epoch;
        Assert.True(await Ledger.ReserveAsync(Client, old, [], Token));

        await Ledger.OpenAsync(Client, Token);

        Assert.False(await Ledger.ReserveAsync(Client, old, [], Token));
    }

    [Fact]
    public async Task Of_several_reserves_all_are_stored_or_none()
    {
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        QuotaReserve refused = new(new string('x', 201), 680, 1);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() =>
            Ledger.ReserveAsync(Client, epoch, [new("monthly", 680, 100), refused], Token));

        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM client_quota"));
    }

    [Fact]
    public async Task A_quota_that_stands_twice_in_a_call_is_a_mistake_of_the_caller()
    {
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Ledger.ReserveAsync(Client, 1, [new("monthly", 680, 1), new("monthly", 680, 2)], Token));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Ledger.ReserveAsync(Client, 1, [new("monthly", 680, -1)], Token));
    }

    /// <summary>
    /// Guards the fence: a reserve that was answered yes is in what the next epoch reads, or the two together would
    /// spend more than the quota.
    /// </summary>
    [Fact]
    public async Task Of_two_epochs_that_race_the_newer_one_counts_everything_the_older_one_was_promised()
    {
        var other = (await OtherSiloAsync()).GetRequiredService<IClientLedger>();
        var promised = 0;
        for (var round = 1; round <= 200; round++)
        {
            var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
            var reserving = Ledger.ReserveAsync(Client, epoch, [new("monthly", 680, round)], Token);
            var opening = other.OpenAsync(Client, Token);

            var opened = await opening.Within();
            if (await reserving.Within())
            {
                promised++;
                Assert.Equal(round, Assert.Single(opened.Reserves).Reserved);
            }
            else
            {
                Assert.DoesNotContain(opened.Reserves, reserve => reserve.Reserved == round);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{promised} of 200 reserves came before the newer epoch.");
    }

    /// <summary>Clocks differ between silos: around midnight the month before is still asked for.</summary>
    [Fact]
    public async Task Three_periods_of_a_quota_are_kept_and_older_ones_forgotten()
    {
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        foreach (var period in new[] { 676, 677, 680, 679, 9999 })
        {
            Assert.True(await Ledger.ReserveAsync(Client, epoch, [new("monthly", period, period)], Token));
        }

        Assert.True(await Ledger.ReserveAsync(Client, epoch, [new("pages", 3, 1)], Token));
        await Ledger.OpenAsync("acme.other", Token);

        var opened = await Ledger.OpenAsync(Client, Token);

        Assert.Equal([679L, 680, 9999, 3], opened.Reserves.Select(reserve => reserve.Period));
    }

    /// <summary>A quota by the second begins a period a second: its rows must not gather meanwhile.</summary>
    [Fact]
    public async Task A_period_that_begins_leaves_three_before_it()
    {
        const long Second = 63_931_000_000; // Seconds since the year 1 do not fit 32 bits.
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        Assert.True(await Ledger.ReserveAsync(
            Client, epoch, [new("other", 1, 1), new("q/requests/Second", 1, 1)], Token));
        for (var period = Second; period < Second + 10; period++)
        {
            Assert.True(await Ledger.ReserveAsync(
                Client, epoch, [new("q/requests/Second", period, 5, IsFirst: true)], Token));
            Assert.True(await Ledger.ReserveAsync(Client, epoch, [new("q/requests/Second", period, 6)], Token));
        }

        Assert.Equal(["1"], await AskAsync("SELECT count(*) FROM client_quota WHERE quota = 'other'"));
        Assert.Equal(
            [$"{Second + 6}", $"{Second + 7}", $"{Second + 8}", $"{Second + 9}"],
            await AskAsync("SELECT period FROM client_quota WHERE quota <> 'other' ORDER BY period"));
        Assert.Contains(
            new QuotaReserve("q/requests/Second", Second + 9, 6), (await Ledger.OpenAsync(Client, Token)).Reserves);
    }

    [Fact]
    public async Task A_write_of_an_older_epoch_forgets_nothing()
    {
        var old = (await Ledger.OpenAsync(Client, Token)).Epoch;
        foreach (var period in new[] { 1, 2, 3, 4 })
        {
            Assert.True(await Ledger.ReserveAsync(Client, old, [new("q", period, 1)], Token));
        }

        await AskAsync("UPDATE client_ledger SET epoch = 9");

        Assert.False(await Ledger.ReserveAsync(Client, old, [new("q", 5, 1, IsFirst: true)], Token));
        Assert.Equal(["4"], await AskAsync("SELECT count(*) FROM client_quota"));
    }

    [Fact]
    public async Task Clients_that_reserve_together_share_commits()
    {
        var clients = Enumerable.Range(0, 256).Select(number => $"acme.c{number}").ToArray();
        await Task.WhenAll(clients.Select(client => Ledger.OpenAsync(client, Token)));
        var before = CommitsSoFar;

        var answers = await Task.WhenAll(clients.Select((client, number) =>
            Ledger.ReserveAsync(client, 1, [new("monthly", 680, number), new("pages", 680, 1)], Token)));

        Assert.All(answers, Assert.True);
        Assert.InRange(CommitsSoFar - before, 1, 32);
        Assert.Equal(["512"], await AskAsync("SELECT count(*) FROM client_quota"));
    }

    [Fact]
    public async Task A_call_that_the_database_refuses_does_not_fail_those_it_was_sent_with()
    {
        var clients = Enumerable.Range(0, 64).Select(number => $"acme.c{number}").ToArray();
        await Task.WhenAll(clients.Select(client => Ledger.OpenAsync(client, Token)));

        var outcomes = await Task.WhenAll(clients.Select(async (client, number) =>
        {
            var quota = number == 40 ? new string('x', 201) : "monthly";
            try
            {
                return await Ledger.ReserveAsync(client, number == 50 ? 0 : 1, [new(quota, 680, 1)], Token);
            }
            catch (System.Data.Common.DbException)
            {
                return (bool?)null;
            }
        }));

        Assert.Null(outcomes[40]);
        Assert.False(outcomes[50]);
        Assert.Equal(62, outcomes.Count(outcome => outcome is true));
        Assert.Equal(["62"], await AskAsync("SELECT count(*) FROM client_quota"));
    }

    [Fact]
    public async Task Calls_of_one_client_that_wait_together_are_stored_in_their_order()
    {
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;

        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(number =>
            Ledger.ReserveAsync(Client, epoch, [new("monthly", 680, 1000 - number)], Token)));

        Assert.All(answers, Assert.True);
        Assert.Equal([new("monthly", 680, 980)], (await Ledger.OpenAsync(Client, Token)).Reserves);
    }

    [Fact]
    public async Task Quotas_rates_and_slots_are_stored_together_and_found_by_the_next_opening()
    {
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        RateReserve[] rates = [Rate("rpm", 5), Rate("tpm/total-tokens", 1L << 61)];
        SlotReserve[] slots = [new(3, 2), new(7_000_000_000, 40)];

        Assert.True(await Ledger.ReserveAsync(
            Client, epoch, new LedgerReserve([new("monthly", 680, 9)], rates, slots), Token));

        var opened = await Ledger.OpenAsync(Client, Token);
        Assert.Equal([new QuotaReserve("monthly", 680, 9)], opened.Reserves);
        Assert.Equal(rates, opened.Rates.Select(rate => rate.Reserve));
        Assert.Equal(slots, opened.Slots);
    }

    [Fact]
    public async Task What_is_not_named_stays_and_a_session_without_slots_goes()
    {
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        var all = new LedgerReserve([new("monthly", 680, 9)], [Rate("rpm", 5)], [new(3, 2), new(4, 2)]);
        Assert.True(await Ledger.ReserveAsync(Client, epoch, all, Token));

        var some = new LedgerReserve([], [Rate("rpm", 7)], [new(3, 0), new(5, 0), new(6, 1)]);
        Assert.True(await Ledger.ReserveAsync(Client, epoch, some, Token));

        var opened = await Ledger.OpenAsync(Client, Token);
        Assert.Equal([new QuotaReserve("monthly", 680, 9)], opened.Reserves);
        Assert.Equal([Rate("rpm", 7)], opened.Rates.Select(rate => rate.Reserve));
        Assert.Equal([new SlotReserve(4, 2), new SlotReserve(6, 1)], opened.Slots);
    }

    /// <summary>Guards a rate: a time that were longer than the true one would refill it.</summary>
    [Fact]
    public async Task The_time_since_something_was_stored_is_the_databases_and_never_longer_than_the_true_one()
    {
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;
        var first = TimeProvider.System.GetTimestamp();
        Assert.True(await Ledger.ReserveAsync(Client, epoch, new LedgerReserve([], [Rate("rpm", 5)], []), Token));
        OpenedLedger opened;
        do
        {
            opened = await Ledger.OpenAsync(Client, Token);
            var elapsed = TimeProvider.System.GetElapsedTime(first);
            Assert.InRange(opened.Rates[0].Since, TimeSpan.Zero, elapsed);
            Assert.InRange(opened.SinceWritten, TimeSpan.Zero, elapsed);
        }
        while (opened.Rates[0].Since < TimeSpan.FromMilliseconds(50));

        Assert.True(opened.SinceWritten >= opened.Rates[0].Since);
    }

    [Fact]
    public async Task Of_an_older_epoch_no_rate_and_no_slot_is_stored()
    {
        var old = (await Ledger.OpenAsync(Client, Token)).Epoch;
        await Ledger.OpenAsync(Client, Token);

        Assert.False(await Ledger.ReserveAsync(
            Client, old, new LedgerReserve([], [Rate("rpm", 5)], [new(3, 2)]), Token));

        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM client_rate"));
        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM client_slots"));
    }

    [Fact]
    public async Task A_rate_or_session_that_stands_twice_or_cannot_be_is_a_mistake_of_the_caller()
    {
        LedgerReserve[] mistakes =
        [
            new([], [Rate("rpm", 5), Rate("rpm", 6)], []),
            new([], [Rate("rpm", -1)], []),
            new([], [], [new(3, 2), new(3, 4)]),
            new([], [], [new(3, -1)]),
        ];
        foreach (var mistake in mistakes)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Ledger.ReserveAsync(Client, 1, mistake, Token));
        }
    }

    private static RateReserve Rate(string name, long missing) => new(
        name, new StoredRate(new BucketLimit(100, 10, TimeSpan.FromSeconds(1)), missing, Ahead: 12, Out: 3));

    /// <summary>Where the other epoch of a race is opened.</summary>
    private protected virtual Task<ServiceProvider> OtherSiloAsync() => StartSiloAsync();

    /// <summary>Commits of reserves so far, as the database under test counts them.</summary>
    private protected abstract long CommitsSoFar { get; }
}
