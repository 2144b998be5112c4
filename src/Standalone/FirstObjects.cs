using Sluice.Actors;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Silo.Configuration;

namespace Sluice.Standalone;

/// <summary>
/// What an empty installation on one machine begins with: an administrator, and a demo client to try it with. What is
/// there already, however it was changed since, is left alone.
/// </summary>
internal sealed class FirstObjects(IClusterClient cluster)
{
    public static readonly string DemoId = Names.ClientId("demo", "demo");

    public async Task MakeAsync()
    {
        await new FirstAdministrator(cluster, "").MakeAsync();
        FirstAdministrator.Check(await cluster.GetGrain<ITenantGrain>("demo").Create(
            new TenantDefinition { Tenant = "demo", DisplayName = "A tenant to try things with" }));
        FirstAdministrator.Check(await cluster.GetGrain<IPlanGrain>("demo").Create(new PlanDefinition
        {
            Plan = "demo",
            UsableModels = ["*"],
            Limits =
            [
                new LimitDefinition
                {
                    Name = "requests",
                    Kind = LimitKind.Rate,
                    Amount = 600,
                    Burst = 100,
                    Period = TimeSpan.FromMinutes(1),
                },
                new LimitDefinition { Name = "at-once", Kind = LimitKind.Concurrency, Amount = 20 },
                new LimitDefinition
                {
                    Name = "monthly",
                    Kind = LimitKind.Quota,
                    Amount = 100_000,
                    Calendar = CalendarPeriod.Month,
                },
            ],
        }));
        FirstAdministrator.Check(await cluster.GetGrain<IClientAdministration>(DemoId).Create(
            new ClientDefinition { Tenant = "demo", Name = "demo", Plan = "demo" }));
    }
}
