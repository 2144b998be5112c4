using System.Security.Cryptography;
using System.Text;
using Sluice.Daemon;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Rules.Keys;
using Sluice.Rules.Policies;
using Sluice.Silo.Security;

namespace Sluice.Silo.Configuration;

/// <summary>
/// The administrator that an empty installation begins with: without one, nobody could make another. What is there
/// already, however it was changed since, is left alone.
/// </summary>
internal sealed class FirstAdministrator(IClusterClient cluster, string keyEnvironment)
{
    public static readonly string ClientId = Names.ClientId("platform", "admin");

    /// <exception cref="CannotStartException">A part was refused.</exception>
    public async Task MakeAsync()
    {
        Check(await cluster.GetGrain<ITenantGrain>("platform").Create(
            new TenantDefinition { Tenant = "platform", DisplayName = "Whoever runs this Sluice" }));
        Check(await cluster.GetGrain<IPlanGrain>("administration").Create(
            new PlanDefinition { Plan = "administration", Limits = [], UsableModels = [] }));
        Check(await cluster.GetGrain<IClientAdministration>(ClientId).Create(new ClientDefinition
        {
            Tenant = "platform",
            Name = "admin",
            Plan = "administration",
            Role = RoleBook.Admin,
        }));
    }

    /// <summary>The key of an earlier start if it still works, or a new one.</summary>
    /// <exception cref="CannotStartException">None could be issued.</exception>
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
            : throw new CannotStartException($"no key could be issued to client {clientId}: {issued.Reply.Detail}");
    }

    /// <exception cref="CannotStartException">It was refused.</exception>
    public static void Check(ChangeReply reply)
    {
        if (reply.Outcome is not (ChangeOutcome.Done or ChangeOutcome.AlreadyExists))
        {
            throw new CannotStartException($"a first object could not be made: {reply.Detail}");
        }
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
}
