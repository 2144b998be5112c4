using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Rules.Keys;
using Sluice.Silo;
using Sluice.Telemetry;
using Xunit;

namespace Sluice.OrleansEngine;

/// <summary>
/// A silo of the product in this process, hosted by Orleans, on a SQLite file in a folder of the test.
/// </summary>
internal sealed class OrleansSilo : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OrleansSilo(WebApplication app) => _app = app;

    public IClusterClient Cluster => _app.Services.GetRequiredService<IClusterClient>();

    private Uri Address => new(_app.Urls.Single());

    public static async Task<OrleansSilo> StartAsync(string folder, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(Settings(folder, settings));
        builder.Services.AddSluiceTelemetry(new TelemetrySources { Meters = [], Activities = [] });
        builder.AddSilo();
        var silo = new OrleansSilo(builder.Build());
        await silo._app.StartSiloAsync(CancellationToken.None);
        silo._app.UseSilo();
        await silo._app.StartAsync();
        return silo;
    }

    public static Dictionary<string, string?> Settings(string folder, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Storage:SqliteFile"] = Path.Combine(folder, "silo.db"),
            ["Silo:MasterKeyFile"] = Path.Combine(folder, "master.key"),
            ["Orleans:Clustering"] = "Localhost",
            ["Orleans:Reminders"] = "Memory",
            ["Silo:Port"] = FreePort(),
            ["Orleans:GatewayPort"] = FreePort(),
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return all;
    }

    /// <summary>Makes a tenant, a plan and a client, all called like this, and the client's first key.</summary>
    public async Task<KeyText> MakeClientAsync(string name, string role, params LimitDefinition[] limits)
    {
        var id = Names.ClientId(name, name);
        var plan = new PlanDefinition { Plan = name, Limits = limits, UsableModels = ["*"] };
        var client = new ClientDefinition { Tenant = name, Name = name, Plan = name, Role = role };
        Done(await Cluster.GetGrain<ITenantGrain>(name).Create(new TenantDefinition { Tenant = name }));
        Done(await Cluster.GetGrain<IPlanGrain>(name).Create(plan));
        Done(await Cluster.GetGrain<IClientAdministration>(id).Create(client));
        var secret = KeyText.SecretOf(RandomNumberGenerator.GetBytes(32));
        var issued = await Cluster.GetGrain<IClientAdministration>(id)
            .IssueKey(new IssueKeyRequest { SecretDigest = DigestOf(secret) });
        Done(issued.Reply);
        return new KeyText("test", id, issued.Version, secret);
    }

    /// <summary>Asks as an edge does: again, under the same id, while room is being made.</summary>
    /// <param name="key">The key of the client that asks.</param>
    /// <param name="sequence">Of the request, in the edge session 1.</param>
    /// <param name="ended">Of requests whose ends are told along; none to tell of none.</param>
    public async Task<AdmitReply> AdmitAsync(KeyText key, long sequence, params long[] ended)
    {
        var request = new AdmitRequest
        {
            RequestId = new RequestId(1, sequence),
            KeyVersion = key.Version,
            SecretDigest = DigestOf(key.Secret),
            Model = "deepseek-chat",
            Completes = Array.ConvertAll(ended, EndOf),
        };
        AdmitReply reply;
        do
        {
            reply = await Cluster.GetGrain<IClientAdmission>(key.ClientId).Admit(request);
        }
        while (reply.Verdict is Verdict.Pending);
        return reply;
    }

    /// <summary>A request of the edge session 1 ended in a pool.</summary>
    public static Completion EndOf(long sequence) => new(new RequestId(1, sequence), CompletionOutcome.Dispatched);

    public async Task<HttpResponseMessage> GetAsync(string path, AuthenticationHeaderValue? authorization)
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = authorization;
        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.StopSiloAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static byte[] DigestOf(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));

    private static void Done(ChangeReply reply) => Assert.Equal(ChangeReply.Done, reply);

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
