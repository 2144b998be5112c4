using Microsoft.Extensions.Options;
using Sluice.Daemon.Running;
using Sluice.Edge.Admission;
using Sluice.Edge.Browsers;
using Sluice.Edge.CallLog;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Edge.Credentials;
using Sluice.Edge.Degraded;
using Sluice.Edge.Errors;
using Sluice.Edge.Hosting;
using Sluice.Edge.Logins;
using Sluice.Edge.Models;
using Sluice.Edge.Policies;
using Sluice.Edge.Pools;
using Sluice.Edge.Revocations;
using Sluice.Edge.Sessions;
using Sluice.Edge.Tokens;
using Sluice.Edge.UsageLog;
using Sluice.Telemetry;

namespace Sluice.Edge;

/// <summary>The edge: the path of a request on one screen.</summary>
public static class Program
{
    /// <summary>An edge that is a process of its own.</summary>
    public static Task<int> Main(string[] args) =>
        new DaemonProgram(EdgeSettings.Catalog, EdgeProcess.RunAsync).RunAsync(args);

    /// <summary>The services of an edge; the host brings an <see cref="IClusterClient"/> and settings.</summary>
    public static void AddEdge(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<EdgeOptions>, EdgeOptionsValidator>();
        services.AddOptions<EdgeOptions>().BindConfiguration("Edge").ValidateOnStart();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<EdgeSession>().AddSingleton<EdgeMetrics>();
        services.AddSingleton<IReadinessCheck, SessionCheck>();
        services.AddSingleton<RevocationFeed>().AddSingleton<RevocationMetrics>();
        services.AddHostedService<RevocationFollower>();
        services.AddSingleton<IssuerKeys>().AddSingleton<TokenReader>().AddSingleton<TokenRequests>();
        services.AddSingleton<TokenMetrics>();
        services.AddSingleton<TokenCallers>().AddSingleton<IssuerFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<IssuerFollower>());
        services.AddSingleton<PoolCatalog>().AddSingleton<PoolAnswer>();
        services.AddSingleton<ClientChunks>().AddHostedService(provider => provider.GetRequiredService<ClientChunks>());
        services.AddSingleton<CredentialMetrics>().AddSingleton<CredentialGuard>();
        services.AddHostedService<RefusalReporter>();
        services.AddSingleton<ReplayGuard>();
        services.AddSingleton<Callers>().AddSingleton<LiveCalls>().AddSingleton<SlotFences>();
        services.AddSingleton<Questions>().AddSingleton<Decisions>();
        services.AddSingleton<DegradedMetrics>().AddSingleton<KnownClients>().AddSingleton<OwnerOutages>();
        services.AddSingleton<Completions>().AddHostedService(provider => provider.GetRequiredService<Completions>());
        services.AddHostedService<Renewals>();
        services.AddSingleton<UsageMetrics>().AddSingleton<UsageBuffer>().AddHostedService<UsageSender>();
        services.AddPolicyAgent(builder.Configuration);
        services.AddSingleton<CallLogMetrics>().AddSingleton<CallLogBuffer>().AddHostedService<CallLogSender>();
        services.AddHttpForwarder().AddSingleton<PoolConnections>().AddSingleton<PoolForwarder>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // CallBodyMiddleware has the limit, and answers for it.
        });
    }

    /// <summary>The order is the design; each line says what it can refuse.</summary>
    public static void UseEdge(this WebApplication app)
    {
        app.UseTrustedProxies();                            // Whose word counts for where a client is.
        app.UseStrictTransport();                           // Over TLS: never again without it.
        app.UseMiddleware<LeavingMiddleware>();             // Once the edge leaves, connections are not kept.
        app.UseMiddleware<CallLogMiddleware>();             // What came, and how it ended.
        app.UseMiddleware<ErrorMiddleware>();               // Exceptions become 500 and 503 here and nowhere else.
        app.UseMiddleware<RefusalMiddleware>();             // Counts credentials that were refused.
        app.UseMiddleware<BrowserMiddleware>();             // Which page asks?
        app.UseMiddleware<UnknownUrlMiddleware>();          // What is not a URL of ours?             404, 405
        app.UseWhen(IsApi, api =>
        {
            api.UseMiddleware<KeyMiddleware>();             // Who is calling?                        401, 429
        });
        app.MapHealth();
        app.MapOAuth();                                     // Keys and tokens for tokens.      400, 401, 404, 429
        app.MapLogins();                                    // People, to their provider and back.     302, 400, 429
        app.MapLeaks();                                     // Who has found a key?                  400, 401, 429
        app.MapModels();                                    // What may they see?                     401, 403, 404
        app.MapModelCalls(call =>
        {
            call.UseMiddleware<CallBodyMiddleware>();       // What do they ask for?                  400, 404, 413, 415
            call.UseMiddleware<AdmissionMiddleware>();      // May they? One grain call.      401, 403, 404, 429, 503
        });                                                 // Forward, and answer for the pool.      502, 503, 504
    }

    /// <summary>Before the edge listens, and as long as it takes: no request is ever without a session.</summary>
    public static Task OpenEdgeAsync(this WebApplication app, CancellationToken cancellationToken) =>
        app.Services.GetRequiredService<EdgeSession>().OpenAsync(cancellationToken);

    private static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments("/v1");
}
