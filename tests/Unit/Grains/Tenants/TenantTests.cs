using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Tenants;
using Xunit;

namespace Sluice.Unit.Grains.Tenants;

public sealed class TenantTests
{
    private static readonly TenantDefinition Acme = new() { Tenant = "acme", DisplayName = "Acme" };

    private readonly GrainWorld _world = new();

    private ITenantGrain Grain => _world.Silo.Client.GetGrain<ITenantGrain>("acme");

    [Fact]
    public void A_tenant_is_made_once_changed_and_kept()
    {
        Assert.Equal(
            new ChangeReply(ChangeOutcome.NotFound, "There is no tenant 'acme'."),
            _world.Run(() => Grain.Replace(Acme)));
        _world.Done(() => Grain.Create(Acme));
        Assert.Equal(
            new ChangeReply(ChangeOutcome.AlreadyExists, "There is a tenant 'acme' already."),
            _world.Run(() => Grain.Create(Acme)));
        _world.Done(() => Grain.Replace(Acme with { DisplayName = "Acme Inc" }));
        _world.Restart();

        var kept = _world.Run(() => Grain.Describe())!;
        Assert.Equal(("acme", "Acme Inc", 2L), (kept.Tenant, kept.DisplayName, kept.Version));
    }

    [Fact]
    public void A_tenant_that_cannot_be_is_refused()
    {
        Assert.Equal(
            "tenant: 'other' is not 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.",
            _world.Run(() => Grain.Create(Acme with { Tenant = "other" })).Detail);
        Assert.Equal(
            "displayName: longer than 200 characters.",
            _world.Run(() => Grain.Create(Acme with { DisplayName = new string('A', 201) })).Detail);
        Assert.Null(_world.Run(() => Grain.Describe()));
    }

    [Fact]
    public void Every_mistake_in_a_tenant_is_named_at_once()
    {
        var limit = GrainWorld.Rate(5) with { Scope = new ScopeDefinition { KeyVersions = [1] } };

        var refused = _world.Run(() => Grain.Create(Acme with
        {
            DisplayName = new string('A', 201), TimeZone = "Mars/Olympus", Limits = [limit, limit with { Amount = 0 }],
        }));

        Assert.Equal(ChangeOutcome.Invalid, refused.Outcome);
        Assert.Equal(
            "displayName: longer than 200 characters. timeZone: 'Mars/Olympus' is not the IANA name of a time zone, "
            + "such as Europe/Berlin, or left out for UTC. limits[1].name: 'rpm' is used twice. limits[1].amount: 0 is "
            + "not between 1 and 1000000000000. limits[0].keys: a tenant has no keys; its clients have, each its own. "
            + "limits[1].keys: a tenant has no keys; its clients have, each its own.",
            refused.Detail);
    }

    /// <summary>Guards installations whose machines differ: names of another system are not on all of them.</summary>
    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("Etc/UTC", true)]
    [InlineData("W. Europe Standard Time", false)]
    [InlineData("+02:00", false)]
    public void A_time_zone_is_named_as_the_world_names_it(string zone, bool isKnown) =>
        Assert.Equal(isKnown, TenantZone.IsKnown(zone));

    [Fact]
    public void What_a_file_owns_only_the_file_changes()
    {
        var owned = Acme with { OwnedBy = "sluice.yaml" };
        _world.Done(() => Grain.Create(owned));

        Assert.Equal(new ChangeReply(ChangeOutcome.OwnedByFile, "sluice.yaml"), _world.Run(() => Grain.Replace(Acme)));
        _world.Done(() => Grain.Replace(owned with { DisplayName = "A" }));
    }

    [Theory]
    [InlineData(NextWrite.Lost, "Acme")]
    [InlineData(NextWrite.StoredButFails, "A")]
    public void A_tenant_whose_write_failed_is_read_again(object next, string displayName)
    {
        _world.Done(() => Grain.Create(Acme));
        _world.Storage.Next = (NextWrite)next;
        Assert.Throws<OrleansException>(() => _world.Run(() => Grain.Replace(Acme with { DisplayName = "A" })));

        Assert.Equal(displayName, _world.Run(() => Grain.Describe())!.DisplayName);
    }
}
