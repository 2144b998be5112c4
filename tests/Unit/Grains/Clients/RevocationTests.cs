using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules.Limits;
using Sluice.Rules.Revocations;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>
/// Guards A3 at the source: what ends something says so with the write, and answers say what they know.
/// </summary>
public sealed class RevocationTests
{
    private readonly GrainWorld _world = new();

    [Fact]
    public void Making_a_client_and_issuing_keys_ends_nothing()
    {
        _world.CreateClient();
        _world.IssueKey(new byte[32]);

        Assert.Empty(_world.Storage.Published);
        Assert.Equal(1, _world.Admit().ClientChange);
    }

    [Fact]
    public void Revoking_a_key_ends_its_version_once_for_each_write()
    {
        _world.CreateClient();

        _world.Done(() => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));
        _world.IssueKey(new byte[32]);

        AssertPublished((RevocationKind.KeyVersion, GrainWorld.ClientId, 1));
    }

    [Fact]
    public void Suspending_ends_older_decisions_and_letting_in_again_what_is_remembered()
    {
        _world.CreateClient();

        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold") with { Suspended = true }));
        var suspended = _world.Admit();
        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold")));

        AssertPublished(
            (RevocationKind.Client, GrainWorld.ClientId, 2), (RevocationKind.ClientPolicy, GrainWorld.ClientId, 3));
        Assert.Equal((Verdict.ClientSuspended, 2), (suspended.Verdict, suspended.ClientChange));
        Assert.Equal(3, _world.Admit().ClientChange);
        _world.Restart();
        Assert.Equal((Verdict.Admitted, 3), (_world.Admit().Verdict, _world.Admit().ClientChange));
    }

    [Fact]
    public void A_changed_plan_and_a_changed_tenant_end_what_is_remembered_of_their_older_versions()
    {
        _world.CreateClient();
        var tenant = _world.Silo.Client.GetGrain<ITenantGrain>(GrainWorld.Tenant);
        _world.Done(() => tenant.Create(new TenantDefinition { Tenant = GrainWorld.Tenant }));

        _world.Done(() => _world.PlanGrain("gold").Replace(GrainWorld.PlanOf("gold", GrainWorld.Slots(9))));
        _world.Done(() => tenant.Replace(new TenantDefinition { Tenant = GrainWorld.Tenant, DisplayName = "A" }));

        AssertPublished((RevocationKind.PlanPolicy, "gold", 2), (RevocationKind.TenantPolicy, GrainWorld.Tenant, 2));
    }

    [Fact]
    public void A_chunk_says_by_which_changes_it_was_granted()
    {
        _world.CreateClient(GrainWorld.Rate(1_000));
        _world.Done(() => _world.PlanGrain("gold").Replace(GrainWorld.PlanOf("gold", GrainWorld.Rate(1_000))));
        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold")));

        var chunk = _world.AskTwice(GrainWorld.RequestOf(77) with { ChunkDemand = ChunkSize.RequestsMin }).Chunk!;

        Assert.Equal(
            new PolicyStamp { ClientChange = 2, Tenant = GrainWorld.Tenant, Plan = "gold", PlanVersion = 2 },
            chunk.Stamp);
    }

    /// <summary>
    /// Guards against a client that is refused for ever: edges heard of a change whose write seemed to fail, and
    /// believe no answer from before it.
    /// </summary>
    [Fact]
    public void A_change_that_happened_after_all_is_found_within_a_second_though_nobody_changes_the_client_again()
    {
        _world.CreateClient();
        _world.Storage.Next = NextWrite.StoredButFails;
        Assert.ThrowsAny<Exception>(() => _world.Run(
            () => _world.Administration.Replace(GrainWorld.ClientOf("gold") with { Suspended = true })));
        AssertPublished((RevocationKind.Client, GrainWorld.ClientId, 2));
        Assert.Equal((Verdict.Admitted, 1), (_world.Admit().Verdict, _world.Admit().ClientChange));

        _world.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((Verdict.ClientSuspended, 2), (_world.Admit().Verdict, _world.Admit().ClientChange));
    }

    private void AssertPublished(params (RevocationKind Kind, string Subject, long Number)[] expected) => Assert.Equal(
        expected, _world.Storage.Published.Select(entry => (entry.Kind, entry.Subject, entry.Number)));
}
