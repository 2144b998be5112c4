using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Silo.Configuration;
using Sluice.Unit.Grains;
using Xunit;

namespace Sluice.Unit.Silo.Configuration;

public sealed class SluiceFileApplierTests
{
    private const string Path = "sluice.yaml";

    private readonly GrainWorld _world = new();

    [Fact]
    public void What_the_file_says_is_made()
    {
        Apply(File());

        Assert.Equal("Acme", _world.Run(() => Tenant.Describe())!.DisplayName);
        Assert.Equal(1, _world.Run(() => _world.PlanGrain("gold").Describe())!.Version);
        var client = _world.Run(() => _world.Administration.Describe())!;
        Assert.Equal(("gold", Path), (client.Plan, client.OwnedBy));
    }

    /// <summary>Guards restarts: every start applies the file, and must not count as a change of everything.</summary>
    [Fact]
    public void What_is_as_the_file_says_already_is_not_written_again()
    {
        Apply(File());
        var writes = _world.Storage.Writes;
        Assert.Equal(3, writes);

        Apply(File());
        _world.Restart();
        Apply(File());

        Assert.Equal(writes, _world.Storage.Writes);
    }

    [Fact]
    public void Only_what_changed_is_written()
    {
        Apply(File());
        var writes = _world.Storage.Writes;

        Apply(File(GrainWorld.Slots(7)));

        Assert.Equal(writes + 1, _world.Storage.Writes);
        Assert.Equal(7, _world.Inspect().Limits.Single().Limit);
    }

    [Fact]
    public void A_tenants_limits_and_zone_are_as_the_file_says()
    {
        var limited = File() is var file
            ? file with
            {
                Tenants = [file.Tenants[0] with { TimeZone = "Asia/Tokyo", Limits = [GrainWorld.Slots(9)] }],
            }
            : file;
        Apply(limited);
        var writes = _world.Storage.Writes;

        Apply(limited);

        var tenant = _world.Run(() => Tenant.Describe())!;
        Assert.Equal(("Asia/Tokyo", "slots", 9L), (tenant.TimeZone, tenant.Limits[0].Name, tenant.Limits[0].Amount));
        Assert.Equal(writes, _world.Storage.Writes);
        Apply(File());
        Assert.Empty(_world.Run(() => Tenant.Describe())!.Limits);
    }

    [Fact]
    public void A_plan_that_promises_whole_caps_now_is_written()
    {
        Apply(File());
        var file = File();

        Apply(file with { Plans = [file.Plans[0] with { ReserveFullCap = true }] });

        Assert.True(_world.Run(() => _world.PlanGrain("gold").Describe())!.ReserveFullCap);
    }

    [Fact]
    public void What_the_admin_API_made_is_taken_over()
    {
        _world.CreateClient();

        Apply(File());

        Assert.Equal(Path, _world.Run(() => _world.Administration.Describe())!.OwnedBy);
        Assert.Equal(Path, _world.Run(() => _world.PlanGrain("gold").Describe())!.OwnedBy);
    }

    [Fact]
    public void Everything_that_is_refused_is_named_and_the_rest_is_applied()
    {
        _world.Done(() => Tenant.Create(new TenantDefinition { Tenant = "acme", OwnedBy = "other.yaml" }));
        var tooMany = Enumerable.Range(0, 65).Select(i => GrainWorld.Quota(1, $"q{i}")).ToArray();

        var refused = Assert.Throws<SluiceFileException>(() => Apply(File(tooMany)));

        Assert.Equal(
            [
                "sluice.yaml: tenant 'acme' was refused: OwnedByFile. other.yaml",
                "sluice.yaml: plan 'gold' was refused: Invalid. limits: 65 are too many; 64 is the most.",
                "sluice.yaml: client 'acme/bot' was refused: Invalid. plan: there is no plan 'gold'.",
            ],
            refused.Mistakes);
    }

    private ITenantGrain Tenant => _world.Silo.Client.GetGrain<ITenantGrain>("acme");

    private static SluiceFile File(params LimitDefinition[] limits) => new(
        Path,
        [new TenantDefinition { Tenant = "acme", DisplayName = "Acme", OwnedBy = Path }],
        [GrainWorld.PlanOf("gold", limits) with { OwnedBy = Path }],
        [GrainWorld.ClientOf("gold") with { OwnedBy = Path }],
        []);

    private void Apply(SluiceFile file) => _world.Run(() => new SluiceFileApplier(_world.Silo.Client).ApplyAsync(file));
}
