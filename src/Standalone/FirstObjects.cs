using System.Security.Cryptography;
using System.Text;
using Sluice.Actors;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Rules.Keys;
using Sluice.Rules.Policies;
using Sluice.Silo.Security;

namespace Sluice.Standalone;

/// <summary>
/// What an empty installation begins with: an administrator, and a demo client to try it with. What is there already,
/// however it was changed since, is left alone.
/// </summary>
internal sealed class FirstObjects(IClusterClient cluster, string keyEnvironment)
{
    public static readonly string AdminId = Names.ClientId("platform", "admin");
    public static readonly string DemoId = Names.ClientId("demo", "demo");

    public async Task MakeAsync()
    {
        await MakeAsync(new TenantDefinition { Tenant = "platform", DisplayName = "Whoever runs this Sluice" });
        await MakeAsync(new TenantDefinition { Tenant = "demo", DisplayName = "A tenant to try things with" });
        await MakeAsync(new PlanDefinition { Plan = "administration", Limits = [], UsableModels = [] });
        await MakeAsync(new PlanDefinition
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
        });
        await MakeAsync(new ClientDefinition
        {
            Tenant = "platform",
            Name = "admin",
            Plan = "administration",
            Role = Roles.Admin,
        });
        await MakeAsync(new ClientDefinition { Tenant = "demo", Name = "demo", Plan = "demo" });
    }

    /// <summary>The key of an earlier start if it still works, or a new one.</summary>
    public async Task<string> KeyAsync(string clientId, string? earlier)
    {
        if (earlier is not null && await WorksAsync(clientId, earlier))
        {
            return earlier;
        }

        var key = NewKey.Make();
        var issued = await cluster.GetGrain<IClientAdministration>(clientId)
            .IssueKey(new IssueKeyRequest { SecretDigest = key.Digest, Label = "quickstart" });
        return issued.Reply.Outcome is ChangeOutcome.Done
            ? key.TextFor(keyEnvironment, clientId, issued.Version)
            : throw new CannotStartException($"No key could be issued to client {clientId}: {issued.Reply.Detail}");
    }

    private async Task<bool> WorksAsync(string clientId, string text)
    {
        if (KeyText.TryParse(text, out var key) is not KeyTextFault.None || key.ClientId != clientId)
        {
            return false;
        }

        var identified = await cluster.GetGrain<IClientAdmission>(clientId).Identify(new IdentifyRequest
        {
            KeyVersion = key.Version,
            SecretDigest = SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret)),
        });
        return identified.Verdict is Verdict.Admitted;
    }

    private async Task MakeAsync(TenantDefinition tenant) =>
        Check(await cluster.GetGrain<ITenantGrain>(tenant.Tenant).Create(tenant));

    private async Task MakeAsync(PlanDefinition plan) =>
        Check(await cluster.GetGrain<IPlanGrain>(plan.Plan).Create(plan));

    private async Task MakeAsync(ClientDefinition client) => Check(
        await cluster.GetGrain<IClientAdministration>(Names.ClientId(client.Tenant, client.Name)).Create(client));

    private static void Check(ChangeReply reply)
    {
        if (reply.Outcome is not (ChangeOutcome.Done or ChangeOutcome.AlreadyExists))
        {
            throw new CannotStartException($"A first object could not be made: {reply.Detail}");
        }
    }
}
