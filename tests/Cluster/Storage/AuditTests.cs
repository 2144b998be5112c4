using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Audit;
using Sluice.Grains.Plans;
using Sluice.Rules.Audit;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Audit;

namespace Sluice.Cluster.Storage;

/// <summary>Guards the trail: every change is in it once, none that did not happen, and it verifies.</summary>
public abstract class AuditTests : StorageTest
{
    private static readonly AuditSelection All = new(0, long.MaxValue, null);

    private protected AuditTests(TestPlace place)
        : base(place)
    {
    }

    private AuditTrail Trail => Silo.GetRequiredService<AuditTrail>();

    [Fact]
    public async Task A_change_is_noted_with_it_and_gets_its_place_in_the_chain()
    {
        RequestContext.Set(AuditWriter.ActorKey, "client/abc/1");
        var state = await PlanAsync("gold");
        var before = state.State.Definition!;
        RequestContext.Clear();
        await ChangeAsync(state, before with { Version = 2, UsableModels = ["m"] });

        Assert.Equal(2, await Trail.ChainAsync(Token));

        var trail = await Trail.ReadAsync(All, after: 0, Token);
        Assert.Equal(
            [(1, "plan.create", "plan/gold", "client/abc/1"), (2, "plan.replace", "plan/gold", "system")],
            trail.Select(one => (one.Sequence, one.Entry.Note.Action, one.Entry.Note.Subject, one.Entry.Actor)));
        Assert.Equal(("", trail[0].Entry.Note.After), (trail[0].Entry.Note.Before, trail[1].Entry.Note.Before));
        Assert.Equal(
            """{"before":{"version":1,"usableModels":[]},"after":{"version":2,"usableModels":["m"]}}""",
            trail[1].Entry.Note.Detail);
        Assert.Equal(AuditFault.None, FaultIn(trail));
        Assert.Equal(new AuditHead(2, trail[1].Hash), await Trail.HeadAsync(Token));
        Assert.Equal(0, await Trail.ChainAsync(Token));
    }

    [Fact]
    public async Task A_write_that_was_refused_leaves_no_entry()
    {
        var first = await PlanAsync("gold");
        var second = new GrainState<StoredPlan>(new StoredPlan());
        await States.ReadStateAsync("plan", Id("gold"), second);
        var late = second.State.Definition! with { Version = 2, UsableModels = ["late"] };
        await ChangeAsync(first, first.State.Definition! with { Version = 2, UsableModels = ["first"] });

        await Assert.ThrowsAsync<InconsistentStateException>(() => ChangeAsync(second, late));
        await Assert.ThrowsAsync<InconsistentStateException>(() => PlanAsync("gold"));

        await Trail.ChainAsync(Token);
        Assert.Equal(
            ["plan.create", "plan.replace"],
            (await Trail.ReadAsync(All, after: 0, Token)).Select(one => one.Entry.Note.Action));
        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM audit_outbox"));
    }

    [Fact]
    public async Task Silos_that_chain_at_once_give_every_entry_one_place()
    {
        await using var other = await StartSiloAsync();
        for (var i = 0; i < 40; i++)
        {
            await PlanAsync($"plan-{i}");
            if (i % 4 == 3)
            {
                await Task.WhenAll(
                    ChainedAsync(Trail), ChainedAsync(other.GetRequiredService<AuditTrail>()), ChainedAsync(Trail));
            }
        }

        await Trail.ChainAsync(Token);

        var trail = await Trail.ReadAsync(All, after: 0, Token);
        Assert.Equal(
            Enumerable.Range(0, 40).Select(i => $"plan/plan-{i}").Order(),
            trail.Select(one => one.Entry.Note.Subject).Order());
        Assert.Equal(AuditFault.None, FaultIn(trail));
    }

    [Fact]
    public async Task A_changed_row_is_found_and_located()
    {
        for (var i = 0; i < 5; i++)
        {
            await PlanAsync($"plan-{i}");
        }

        await Trail.ChainAsync(Token);
        await AskAsync(
            Database.Dialect == SqlDialect.Sqlite
                ? "DROP TRIGGER audit_record_stays"
                : "ALTER TABLE audit_record DISABLE TRIGGER USER"); // As somebody would who owns the table.
        await AskAsync("UPDATE audit_record SET actor = 'nobody' WHERE sequence = 3");

        var verification = new AuditVerification(AuditHead.Empty);
        var trail = await Trail.ReadAsync(All, after: 0, Token);
        var broken = trail.First(record => verification.Next(record) is not AuditFault.None);

        Assert.Equal(3, broken.Sequence);
    }

    /// <summary>Guards against a chain with a hole: an entry that is repeated has its place already.</summary>
    [Fact]
    public async Task An_entry_that_is_repeated_is_in_the_trail_once_wherever_the_first_one_is_by_then()
    {
        var log = Silo.GetRequiredService<IAuditLog>();
        ImmutableArray<(string, AuditNote)> entries =
        [
            ("refused-7-1-0", new AuditNote("credential.refuse", "network/203.0.113.0/24", "", "", "{}")),
            ("refused-7-1-1", new AuditNote("credential.refuse", "network/203.0.114.0/24", "", "", "{}")),
        ];
        await log.AppendAsync("edge/7", entries, Token);
        await log.AppendAsync("edge/7", entries, Token);
        await Trail.ChainAsync(Token);
        await log.AppendAsync("edge/7", entries, Token);
        await AskAsync("""
            INSERT INTO audit_outbox (id, at, actor, action, subject, before, after, detail)
            SELECT id, at + 1, actor, action, subject, before, after, detail FROM audit_record
            """); // As one that was stored just as the first one got its place.
        await PlanAsync("gold");

        await ChainedAsync(Trail);

        var trail = await Trail.ReadAsync(All, after: 0, Token);
        Assert.Equal(
            ["network/203.0.113.0/24", "network/203.0.114.0/24", "plan/gold"],
            trail.Select(one => one.Entry.Note.Subject));
        Assert.Equal(AuditFault.None, FaultIn(trail));
        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM audit_outbox"));
    }

    [Fact]
    public async Task The_trail_is_read_by_time_and_by_subject()
    {
        await PlanAsync("gold");
        await PlanAsync("silver");
        await Trail.ChainAsync(Token);
        var all = await Trail.ReadAsync(All, after: 0, Token);

        Assert.Equal(2, Assert.Single(await Trail.ReadAsync(All with { Subject = "plan/silver" }, 0, Token)).Sequence);
        Assert.Equal(2, Assert.Single(await Trail.ReadAsync(All, after: 1, Token)).Sequence);
        Assert.Empty(await Trail.ReadAsync(All with { From = all[1].Entry.At + 1 }, 0, Token));
        Assert.Empty(await Trail.ReadAsync(All with { To = all[0].Entry.At }, 0, Token));
    }

    private static GrainId Id(string plan) => GrainId.Create("plan", plan);

    private static AuditFault FaultIn(List<AuditRecord> trail)
    {
        var verification = new AuditVerification(AuditHead.Empty);
        return trail.Select(verification.Next).FirstOrDefault(fault => fault is not AuditFault.None);
    }

    private static async Task ChainedAsync(AuditTrail trail)
    {
        while (await trail.ChainAsync(Token) > 0)
        {
            // Until nothing waits.
        }
    }

    private async Task<GrainState<StoredPlan>> PlanAsync(string plan)
    {
        var definition = new PlanDefinition { Plan = plan, Version = 1, Limits = [], UsableModels = [] };
        var state = new GrainState<StoredPlan>(StoredPlan.Of(definition));
        await States.WriteStateAsync("plan", Id(plan), state);
        return state;
    }

    private async Task ChangeAsync(GrainState<StoredPlan> state, PlanDefinition next)
    {
        state.State = StoredPlan.Of(next, state.State.Definition);
        await States.WriteStateAsync("plan", Id(next.Plan), state);
    }
}
