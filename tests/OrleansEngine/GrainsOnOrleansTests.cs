using System.Net.Http.Headers;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Edges;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.OrleansEngine;

/// <summary>The product's grains, unchanged, on Orleans: decided, counted and kept as on the built-in engine.</summary>
public sealed class GrainsOnOrleansTests : SiloTest
{
    private const int Quota = 5;

    private static readonly LimitDefinition Monthly =
        new() { Name = "monthly", Kind = LimitKind.Quota, Amount = Quota, Calendar = CalendarPeriod.Month };

    [Fact]
    public async Task A_quota_is_counted_exactly_and_outlives_the_silo()
    {
        KeyText key;
        await using (var silo = await OrleansSilo.StartAsync(Folder))
        {
            key = await silo.MakeClientAsync("acme", "user", Monthly);
            Assert.Equal(Verdict.Admitted, (await silo.AdmitAsync(key, 1)).Verdict);
            Assert.Equal(Verdict.Admitted, (await silo.AdmitAsync(key, 2)).Verdict);
            await CompleteAsync(silo, key.ClientId, 1, 2);
        }

        await using (var silo = await OrleansSilo.StartAsync(Folder))
        {
            var verdicts = new List<Verdict>();
            for (var sequence = 3L; sequence < 3 + Quota; sequence++)
            {
                verdicts.Add((await silo.AdmitAsync(key, sequence)).Verdict);
            }

            Assert.Equal(Quota - 2, verdicts.Count(verdict => verdict is Verdict.Admitted));
            Assert.All(verdicts.Skip(Quota - 2), verdict => Assert.Equal(Verdict.QuotaExhausted, verdict));
        }
    }

    [Fact]
    public async Task A_repeat_is_answered_like_the_first_and_charged_once()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var key = await silo.MakeClientAsync("acme", "user", Monthly);

        var first = await silo.AdmitAsync(key, 1);
        var again = await silo.AdmitAsync(key, 1);

        Assert.Equal((first.Verdict, first.Epoch), (again.Verdict, again.Epoch));
        var state = await silo.Cluster.GetGrain<IClientAdministration>(key.ClientId).Inspect();
        Assert.Equal(1, state!.Limits.Single().Used);
    }

    [Fact]
    public async Task A_changed_plan_is_in_force_for_the_next_request()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var key = await silo.MakeClientAsync("acme", "user");
        Assert.Equal(Verdict.Admitted, (await silo.AdmitAsync(key, 1)).Verdict);

        var plan = new PlanDefinition { Plan = "acme", Limits = [], UsableModels = [] };
        await silo.Cluster.GetGrain<IPlanGrain>("acme").Replace(plan);

        Assert.Equal(Verdict.ModelUnknown, (await silo.AdmitAsync(key, 2)).Verdict);
    }

    [Fact]
    public async Task An_end_that_is_told_with_the_next_request_frees_its_slot_before_that_is_decided()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var key = await silo.MakeClientAsync("acme", "user", Slots(1));
        Assert.Equal(Verdict.Admitted, (await silo.AdmitAsync(key, 1)).Verdict);
        Assert.Equal(Verdict.NoFreeSlot, (await silo.AdmitAsync(key, 2)).Verdict);

        Assert.Equal(Verdict.Admitted, (await silo.AdmitAsync(key, 3, ended: 1)).Verdict);

        var state = await silo.Cluster.GetGrain<IClientAdministration>(key.ClientId).Inspect();
        Assert.Equal(new RequestId(1, 3), Assert.Single(state!.Slots).RequestId);
    }

    [Fact]
    public async Task Ends_may_be_held_back_until_more_than_half_the_slots_are_taken()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var key = await silo.MakeClientAsync("acme", "user", Slots(2));

        Assert.True((await silo.AdmitAsync(key, 1)).CompleteWithin > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, (await silo.AdmitAsync(key, 2)).CompleteWithin);
    }

    [Fact]
    public async Task States_are_the_rows_that_the_lists_of_the_admin_API_read()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        var admin = await silo.MakeClientAsync("ops", "admin");

        using var answer = await silo.GetAsync(
            "/admin/v1/clients", new AuthenticationHeaderValue("Bearer", admin.Format()));

        Assert.Contains(admin.ClientId, await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_Orleans_measures_stands_among_the_silos_own_metrics()
    {
        await using var silo = await OrleansSilo.StartAsync(Folder);
        await silo.MakeClientAsync("acme", "user");

        using var answer = await silo.GetAsync("/metrics", null);

        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.Contains("orleans_app_requests_latency", text, StringComparison.Ordinal);
        Assert.Contains("orleans_catalog_activations", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_edge_session_is_given_out_twice_by_silos_that_follow_each_other()
    {
        var sessions = new List<long>();
        for (var run = 0; run < 2; run++)
        {
            await using var silo = await OrleansSilo.StartAsync(Folder);
            sessions.Add(await silo.Cluster.GetGrain<IEdgeSessionGrain>(EdgeSessions.Key).Open());
        }

        Assert.Equal([1, 2], sessions);
    }

    private static LimitDefinition Slots(long amount) =>
        new() { Name = "slots", Kind = LimitKind.Concurrency, Amount = amount };

    private static async Task CompleteAsync(OrleansSilo silo, string clientId, params long[] sequences) =>
        await silo.Cluster.GetGrain<IClientAdmission>(clientId).Complete(new CompletionBatch
        {
            Completions = Array.ConvertAll(sequences, OrleansSilo.EndOf),
        });
}
