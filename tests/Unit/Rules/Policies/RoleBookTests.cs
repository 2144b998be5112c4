using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Xunit;

namespace Sluice.Unit.Rules.Policies;

public sealed class RoleBookTests
{
    private static readonly RoleCall Call = new("m1", "chat/completions", CallFeatures.None);

    [Theory]
    [InlineData("admin", Permissions.ClientsWrite, Reach.Everywhere)]
    [InlineData("admin", Permissions.KeysReveal, Reach.Everywhere)]
    [InlineData("tenant-admin", Permissions.KeysRotate, Reach.OwnTenant)]
    [InlineData("tenant-admin", Permissions.LimitsWrite, Reach.Nowhere)] // Or a tenant could raise its own limits.
    [InlineData("tenant-admin", Permissions.PlansRead, Reach.Nowhere)]
    [InlineData("developer", Permissions.ClientsRead, Reach.Everywhere)]
    [InlineData("developer", Permissions.ClusterRead, Reach.Nowhere)]
    [InlineData("developer", Permissions.KeysIssue, Reach.Nowhere)]
    [InlineData("auditor", Permissions.AuditRead, Reach.Everywhere)]
    [InlineData("auditor", Permissions.ClusterRead, Reach.Everywhere)]
    [InlineData("auditor", Permissions.ClientsWrite, Reach.Nowhere)]
    [InlineData("auditor", Permissions.KeysReveal, Reach.Nowhere)]
    [InlineData("user", Permissions.ClientsRead, Reach.Nowhere)]
    [InlineData("guest", Permissions.ClientsRead, Reach.Nowhere)]
    [InlineData("root", Permissions.ClientsRead, Reach.Nowhere)]
    [InlineData("Admin", Permissions.ClientsRead, Reach.Nowhere)]
    [InlineData("", Permissions.ClientsRead, Reach.Nowhere)]
    public void A_built_in_role_may_what_is_written_here(string role, string permission, Reach expected) =>
        Assert.Equal(expected, RoleBook.BuiltIn.Of(role).ReachOf(permission));

    [Theory]
    [InlineData("admin", RoleRefusal.None)]
    [InlineData("tenant-admin", RoleRefusal.None)]
    [InlineData("developer", RoleRefusal.None)]
    [InlineData("user", RoleRefusal.None)]
    [InlineData("auditor", RoleRefusal.Calls)]
    [InlineData("guest", RoleRefusal.Calls)]
    [InlineData("root", RoleRefusal.Calls)]
    public void A_built_in_role_calls_every_model_or_none(string role, RoleRefusal expected) =>
        Assert.Equal(expected, RoleBook.BuiltIn.Of(role).RefusalOf(Call));

    [Fact]
    public void Only_a_developer_has_limits_of_its_role()
    {
        Assert.Equal(
            ["developer"], RoleBook.BuiltIn.Roles.Where(role => !role.Limits.IsEmpty).Select(role => role.Name));
        Assert.Equal(
            new Limit("requests", LimitKind.Rate, 100, 0, TimeSpan.FromSeconds(1)),
            Assert.Single(RoleBook.BuiltIn.Find("developer")!.Limits));
    }

    [Fact]
    public void Who_claims_no_role_is_a_guest_and_who_claims_one_is_not()
    {
        var book = new RoleBook([new Role("guest", ["model:m1", "endpoint:*"], [])]);

        Assert.Equal("guest", book.OfClaim(null).Names);
        Assert.Equal("guest", book.OfClaim([]).Names);
        Assert.Equal("auditor", book.OfClaim(["auditor", "no-such"]).Names);
        Assert.Equal("", book.OfClaim(["no-such"]).Names);
    }

    [Fact]
    public void The_reason_is_of_the_role_that_the_call_came_furthest_with()
    {
        var grants = new Grants(
        [
            new Role("ocr", ["model:ocr", "endpoint:chat/completions", "feature:images"], []),
            new Role("chat", ["model:m*", "endpoint:completions"], []),
        ]);

        Assert.Equal(RoleRefusal.None, grants.RefusalOf(new("ocr", "chat/completions", CallFeatures.Images)));
        Assert.Equal(
            RoleRefusal.Batch,
            grants.RefusalOf(new("ocr", "chat/completions", CallFeatures.Images | CallFeatures.Batch)));
        Assert.Equal(RoleRefusal.Endpoint, grants.RefusalOf(new("m1", "chat/completions", CallFeatures.None)));
        Assert.Equal(RoleRefusal.Model, grants.RefusalOf(new("x", "completions", CallFeatures.None)));
        Assert.Equal(RoleRefusal.Images, grants.RefusalOf(new("m1", "completions", CallFeatures.Images)));
        Assert.Equal(RoleRefusal.Endpoint, grants.RefusalOf(new("m1", "", CallFeatures.None)));
    }

    [Theory]
    [InlineData(0, 0, false, CallFeatures.None)]
    [InlineData(1, 0, false, CallFeatures.Images)]
    [InlineData(0, 1, true, CallFeatures.Images | CallFeatures.Priority)]
    [InlineData(1, 1, false, CallFeatures.Images | CallFeatures.Batch)]
    [InlineData(0, 2, false, CallFeatures.Images | CallFeatures.Batch)]
    public void A_call_has_the_features_that_it_asks_for(
        long images, long pages, bool isPriority, CallFeatures expected) =>
        Assert.Equal(expected, RoleCall.FeaturesOf(images, pages, isPriority));

    [Theory]
    [InlineData("*", true)]
    [InlineData("clients:read", true)]
    [InlineData("clients:*", true)]
    [InlineData("*:read", true)]
    [InlineData("clients:fly", false)]
    [InlineData("client:*", false)]
    [InlineData("*:fly", false)]
    [InlineData("clients", false)]
    [InlineData("", false)]
    [InlineData("model:*", true)]
    [InlineData("model:deep*seek", false)]
    [InlineData("model:", false)]
    [InlineData("endpoint:chat/completions", true)]
    [InlineData("endpoint:/chat", false)]
    [InlineData("endpoint:chat*", false)]
    [InlineData("endpoint:*", true)]
    [InlineData("feature:batch", true)]
    [InlineData("feature:flying", false)]
    [InlineData("Feature:batch", false)]
    public void A_text_of_a_role_is_one_of_the_closed_list(string text, bool expected) =>
        Assert.Equal(expected, GrantText.Read(text).Kind is not GrantKind.None);

    [Fact]
    public void Every_mistake_in_configured_roles_is_told_at_once()
    {
        var mistakes = RoleBook.MistakesIn(
        [
            new Role("Night Shift", ["clients:fly"], ["model:a*b"]),
            new Role("admin", [], []),
            new Role("ops", [], []),
            new Role("ops", [], []) { Limits = [new Limit("x", LimitKind.Rate, 0, 0, TimeSpan.Zero)] },
            new Role("auditor", ["*:read", "clients:*"], ["clients:write"]),
            new Role("auditor-2", ["clients:*"], []),
            new Role("big", [.. Enumerable.Repeat("*", 100)], [.. Enumerable.Repeat("*", 29)])
            {
                Limits =
                [
                    .. Enumerable.Range(0, 9).Select(i =>
                        new Limit($"l{i}", LimitKind.Concurrency, 1, 0, TimeSpan.Zero, Shadow: i == 3)),
                ],
            },
        ]);

        Assert.Collection(
            mistakes,
            mistake => Assert.Contains("[0]: name 'Night Shift'", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("'clients:fly' is not a permission", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("'model:a*b' is not", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("[1]: 'admin' is built in", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("[3]: name 'ops' is used twice", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("[3]: limits[0].amount", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("[3]: limits[0].period", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("[6]: more than 128 texts", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("[6]: 9 limits are too many", mistake, StringComparison.Ordinal),
            mistake => Assert.Contains("[6]: a limit of a role is never on trial", mistake, StringComparison.Ordinal));
    }

    [Fact]
    public void An_auditor_cannot_be_made_to_change_anything()
    {
        Assert.Empty(RoleBook.MistakesIn([new Role("auditor", ["audit:read"], [])]));
        Assert.Contains(
            "an auditor changes nothing, so it cannot have keys:reveal",
            Assert.Single(RoleBook.MistakesIn([new Role("auditor", ["*:read", "keys:reveal"], [])])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_cannot_be_made_more_than_a_user()
    {
        Assert.Empty(RoleBook.MistakesIn([new Role("guest", ["model:free-*", "endpoint:chat/completions"], [])]));
        Assert.Contains(
            "permissions that 'user' has not",
            Assert.Single(RoleBook.MistakesIn([new Role("guest", ["audit:read"], [])])), StringComparison.Ordinal);
        Assert.Single(RoleBook.MistakesIn(
        [
            new Role("user", ["model:small*", "endpoint:*"], []), new Role("guest", ["model:s*", "endpoint:*"], []),
        ]));
        Assert.Single(RoleBook.MistakesIn(
        [
            new Role("user", ["model:*", "endpoint:*"], ["model:big"]),
            new Role("guest", ["model:*", "endpoint:*"], []),
        ]));
    }

    [Fact]
    public void A_limit_of_a_role_stands_beside_all_others()
    {
        Limit own = new("requests", LimitKind.Rate, 500, 0, TimeSpan.FromSeconds(1));

        Assert.Equal(
            ["requests", "role.developer.requests"],
            RoleLimits.InForce([own], RoleBook.BuiltIn.Find("developer")).Select(limit => limit.Name));
        Assert.Equal([own], RoleLimits.InForce([own], RoleBook.BuiltIn.Find("user")).ToArray());
        Assert.Equal([own], RoleLimits.InForce([own], role: null).ToArray());
    }

    [Theory]
    [InlineData("admin", "admin", false, true)]
    [InlineData("admin", "auditor", false, true)]
    [InlineData("tenant-admin", "tenant-admin", true, true)]
    [InlineData("tenant-admin", "tenant-admin", false, false)]
    [InlineData("tenant-admin", "user", true, true)]
    [InlineData("tenant-admin", "admin", true, false)]
    [InlineData("tenant-admin", "auditor", true, false)] // An auditor sees other tenants.
    [InlineData("auditor", "tenant-admin", true, false)]
    [InlineData("guest", "user", true, true)]
    public void Nobody_gives_what_he_has_not_got(string own, string other, bool isOwnTenant, bool expected) =>
        Assert.Equal(expected, RoleBook.BuiltIn.Of(own).Cover(RoleBook.BuiltIn.Of(other), isOwnTenant));
}
