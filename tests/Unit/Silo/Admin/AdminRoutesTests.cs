using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Sluice.Rules.Policies;
using Sluice.Silo;
using Sluice.Silo.Admin;
using Sluice.Telemetry;
using Xunit;

namespace Sluice.Unit.Silo.Admin;

/// <summary>Guards against a route that somebody adds and nobody says who may use it.</summary>
public sealed class AdminRoutesTests
{
    [Fact]
    public async Task Every_route_that_wants_a_credential_says_which_permission_it_needs()
    {
        var routes = await RoutesAsync();

        Assert.NotEmpty(routes);
        Tidy.Tidy.NoMistakes(
            from route in routes
            where !AdminRoutes.All.ContainsKey(route)
            select $"{route} needs nothing: say in AdminRoutes which permission.");
    }

    [Fact]
    public async Task Every_rule_has_its_route()
    {
        var routes = await RoutesAsync();

        Tidy.Tidy.NoMistakes(
            from route in AdminRoutes.All.Keys
            where !routes.Contains(route)
            select $"{route} stands in AdminRoutes, and there is no such route.");
    }

    [Fact]
    public void Every_rule_needs_a_permission_that_there_is_and_a_look_needs_one_to_look()
    {
        Assert.All(AdminRoutes.All, rule => Assert.Contains(rule.Value.Permission, Permissions.All));
        Assert.All(
            AdminRoutes.All.Where(rule => !Permissions.IsRead(rule.Value.Permission)),
            rule => Assert.True(
                !rule.Key.StartsWith("GET ", StringComparison.Ordinal)
                || rule.Value.Permission is Permissions.KeysReveal, rule.Key));
        Assert.Equal(
            ["POST /explain"],
            from rule in AdminRoutes.All
            where Permissions.IsRead(rule.Value.Permission) && !rule.Key.StartsWith("GET ", StringComparison.Ordinal)
            select rule.Key);
    }

    [Fact]
    public void Every_permission_is_needed_somewhere() => Assert.Equal(
        // That one is asked for what stands in a body.
        Permissions.All.Except([Permissions.LimitsWrite]).Order(StringComparer.Ordinal),
        AdminRoutes.All.Values.Select(rule => rule.Permission).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(Permissions.KeysIssue, true)]
    [InlineData(Permissions.KeysRotate, true)]
    [InlineData(Permissions.KeysRevoke, true)]
    [InlineData(Permissions.KeysReveal, true)]
    [InlineData(Permissions.RolesWrite, true)]
    [InlineData(Permissions.TokensRotate, true)]
    [InlineData(Permissions.TokensRevoke, true)]
    [InlineData(Permissions.ClientsWrite, false)]
    [InlineData(Permissions.KeysRead, false)]
    public void What_has_to_do_with_secrets_and_roles_wants_a_fresh_sign_in(string permission, bool expected) =>
        Assert.Equal(expected, Permissions.WantsFreshAuthentication(permission));

    private static async Task<HashSet<string>> RoutesAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSluiceTelemetry(new TelemetrySources { Meters = [], Activities = [] });
        builder.AddSilo();
        await using var app = builder.Build();
        app.UseSilo();
        return
        [
            .. from endpoint in ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
               let route = Assert.IsType<RouteEndpoint>(endpoint)
               let path = "/" + route.RoutePattern.RawText!.TrimStart('/')
               where path == "/metrics"
                   || (path.StartsWith(AdminApi.Root, StringComparison.Ordinal) && path != AdminApi.DescriptionPath)
               from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
               select AdminRoutes.KeyOf(method, route.RoutePattern),
        ];
    }
}
