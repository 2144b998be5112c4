using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Tenants;

/// <summary>Guards calendar quotas in the tenant's own time.</summary>
public sealed class TenantZoneTests
{
    private static readonly LimitDefinition Daily = GrainWorld.Quota(3, "daily") with { Calendar = CalendarPeriod.Day };

    [Theory]
    [InlineData("", 0)]
    [InlineData("Asia/Tokyo", 9)]
    [InlineData("Asia/Kathmandu", 5.75)]
    [InlineData("America/Phoenix", -7)]
    public void A_clients_day_and_its_tenants_end_at_midnight_where_the_tenant_is(string zone, double hours)
    {
        var world = new TenantWorld([Daily with { Amount = 4 }], Daily);
        world.Grains.Done(() => world.Tenant.Replace(
            TenantWorld.Definition with { TimeZone = zone, Limits = [Daily with { Amount = 4 }] }));
        ToMidnight(world, hours);
        Spend(world, TenantWorld.One, 3);
        Spend(world, TenantWorld.Other, 1);

        TenantWorld.Refused("daily", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
        TenantWorld.Refused("tenant/daily", Verdict.QuotaExhausted, world.Admit(TenantWorld.Other));
        world.Grains.Jump(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1));
        TenantWorld.Refused("daily", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
        TenantWorld.Refused("tenant/daily", Verdict.QuotaExhausted, world.Admit(TenantWorld.Other));
        world.Grains.Jump(TimeSpan.FromMinutes(1));
        Spend(world, TenantWorld.One, 3);
        Spend(world, TenantWorld.Other, 1);
    }

    /// <summary>Guards against a day that is had twice: a count never goes back to an earlier period.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_moves_to_a_zone_where_it_is_yesterday_stays_in_the_day_that_has_begun(bool crashes)
    {
        var world = new TenantWorld([], Daily);
        world.Grains.Done(() => world.Tenant.Replace(TenantWorld.Definition with { TimeZone = "Asia/Tokyo" }));
        ToMidnight(world, hours: 9);
        Spend(world, TenantWorld.One, 3);

        world.Grains.Done(() => world.Tenant.Replace(TenantWorld.Definition with { TimeZone = "America/Phoenix" }));
        if (crashes)
        {
            world.Grains.Crash();
        }

        TenantWorld.Refused("daily", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
        world.Grains.Jump(TimeSpan.FromHours(16 + 24) - TimeSpan.FromMinutes(1));
        TenantWorld.Refused("daily", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
        world.Grains.Jump(TimeSpan.FromMinutes(1));
        Spend(world, TenantWorld.One, 3);
    }

    /// <summary>To the beginning of a day of a place that is so many hours ahead of UTC.</summary>
    private static void ToMidnight(TenantWorld world, double hours)
    {
        var there = world.Grains.UtcNow + TimeSpan.FromHours(hours);
        world.Grains.Jump(there.UtcDateTime.Date.AddDays(2) - there.UtcDateTime);
    }

    private static void Spend(TenantWorld world, string client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(Verdict.Admitted, world.Admit(client).Verdict);
        }
    }
}
