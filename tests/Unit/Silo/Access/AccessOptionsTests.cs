using Sluice.Rules.Limits;
using Sluice.Silo.Access;
using Xunit;

namespace Sluice.Unit.Silo.Access;

public sealed class AccessOptionsTests
{
    private static readonly string Digest = new('a', 64);

    [Fact]
    public void Roles_are_read_with_their_limits()
    {
        var role = new RoleOptions
        {
            Name = "ops", OwnTenantOnly = true, Allows = { "clients:read", "model:*" }, Denies = { "model:big" },
            Limits =
            {
                "fast rate 100 requests/s burst 200", "daily quota 1000000 tokens/day", "at-once concurrency 5",
            },
        };
        var mistakes = new List<string>();

        var ops = RoleText.Parse([role], mistakes)?.Find("ops");

        Assert.Empty(mistakes);
        Assert.NotNull(ops);
        Assert.True(ops.OwnTenantOnly);
        Assert.Equal(["clients:read", "model:*"], ops.Allows);
        Assert.Equal(["model:big"], ops.Denies);
        Assert.Equal(
            [
                new Limit("fast", LimitKind.Rate, 100, 200, TimeSpan.FromSeconds(1)),
                new Limit("daily", LimitKind.Quota, 1_000_000, 0, TimeSpan.Zero, Units.TotalTokens, QuotaSpan.Day),
                new Limit("at-once", LimitKind.Concurrency, 5, 0, TimeSpan.Zero),
            ],
            ops.Limits);
        Assert.Equal(
            ["100 Rate 00:00:01", "1000000 Quota 00:00:00", "5 Concurrency 00:00:00"],
            ops.Limits.Select(RoleText.ToWire).Select(limit => $"{limit.Amount} {limit.Kind} {limit.Period}"));
    }

    [Fact]
    public void Every_mistake_is_named_at_once_with_its_place()
    {
        var options = new AccessOptions
        {
            PlatformTenant = "The Platform",
            Roles =
            {
                new RoleOptions { Name = "ops", Limits = { "fast", "fast rate 100 apples", "few concurrency many" } },
                new RoleOptions { Name = "admin", Allows = { "clients:fly" } },
            },
            AdminTokens =
            {
                new AdminTokenOptions { Name = "An Na", Sha256 = "abc" },
                new AdminTokenOptions { Name = "ben", Sha256 = Digest, Roles = { "auditor" } },
                new AdminTokenOptions { Name = "ben", Sha256 = Digest.ToUpperInvariant(), Roles = { "auditor" } },
            },
        };

        var failures = new AccessOptionsValidator().Validate(null, options).Failures!.ToList();

        Assert.Equal(11, failures.Count);
        foreach (var part in new[]
        {
            "Access:Roles:0:Limits:0: 'fast' is not a name and a limit", "Access:Roles:0:Limits:1: '100 apples' is not",
            "Access:Roles:0:Limits:2: 'few", "Access:Roles:1: 'admin' is built in",
            "Access:Roles:1: 'clients:fly' is not",
            "Access:PlatformTenant 'The Platform'", "Access:AdminTokens:0:Name 'An Na'", "Access:AdminTokens:0:Sha256",
            "Access:AdminTokens:0:Roles is empty", "Access:AdminTokens:2:Name 'ben' is used twice",
            "Access:AdminTokens:2:Sha256 is that of another token",
        })
        {
            Assert.Contains(failures, failure => failure.StartsWith(part, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_token_names_roles_that_there_are()
    {
        var options = new AccessOptions
        {
            Roles = { new RoleOptions { Name = "ops" } },
            AdminTokens =
            {
                new AdminTokenOptions { Name = "a", Sha256 = Digest, Roles = { "ops", "root" }, Tenant = "Acme" },
            },
        };

        Assert.Equal(
            [
                "Access:AdminTokens:0:Roles: there is no role 'root'.",
                "Access:AdminTokens:0:Tenant 'Acme' is not " + Sluice.Rules.Names.Rule + ".",
            ],
            new AccessOptionsValidator().Validate(null, options).Failures);
        Assert.True(new AccessOptionsValidator().Validate(null, new AccessOptions()).Succeeded);
    }
}
