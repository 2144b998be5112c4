using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Sluice.Silo.Admin;

/// <summary>What stands under <c>/admin/v1</c>, and how it describes itself.</summary>
internal static class AdminApi
{
    /// <summary>Everything below it wants a key or a token of somebody who may.</summary>
    public const string Root = "/admin";

    public const string Path = Root + "/v1";
    public const string DescriptionPath = Path + "/openapi.json";

    /// <summary>All of the admin API but its description; and the metrics where the settings say so.</summary>
    public static bool NeedsKey(HttpContext context)
    {
        var path = context.Request.Path;
        return path.StartsWithSegments("/metrics")
            ? context.RequestServices.GetRequiredService<IOptions<SiloOptions>>().Value.ProtectMetrics
            : path.StartsWithSegments(Root) && path != DescriptionPath;
    }

    public static void MapAdminApi(this IEndpointRouteBuilder endpoints)
    {
        var admin = endpoints.MapGroup(Path);
        admin.MapTenants();
        admin.MapProviders();
        admin.MapPlans();
        admin.MapRoles();
        admin.MapClients();
        admin.MapKeys();
        admin.MapPublicKeys();
        admin.MapLogins();
        RotationEndpoints.Map(admin);
        admin.MapSlots();
        admin.MapTokens();
        admin.MapExplanations();
        admin.MapUsage();
        admin.MapCalls();
        admin.MapAudit();
        admin.MapCluster();
        admin.MapBackups();
    }

    public static void Describe(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "Sluice admin API",
            Version = "v1",
            Description = "Tenants, plans, clients, keys, and the running cluster. A change is stored before it is "
                + "answered, and in force for the next request. Every call wants a key or a token as bearer token, and "
                + "a role that has the permission; GET /roles tells which has which.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["key"] =
            new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" };
        document.Security =
            [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
        return Task.CompletedTask;
    });
}
