using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sluice.Rules.Policies;
using Sluice.Silo.Access;
using Xunit;

namespace Sluice.Unit.Silo.Access;

public sealed class AdminTokensTests
{
    private const string Anna = "annas-token-0123456789-0123456789-0123";
    private const string Ben = "bens-token-0123456789-0123456789-01234";

    private readonly AdminTokens _tokens = new(
        Options.Create(new AccessOptions
        {
            AdminTokens =
            {
                new AdminTokenOptions { Name = "anna", Sha256 = DigestOf(Anna), Roles = { "auditor" } },
                new AdminTokenOptions
                {
                    Name = "ben", Sha256 = DigestOf(Ben).ToUpperInvariant(), Roles = { "admin" }, Tenant = "acme",
                },
                new AdminTokenOptions { Name = "short", Sha256 = DigestOf("0123456789"), Roles = { "admin" } },
            },
        }),
        RoleBook.BuiltIn);

    [Fact]
    public void A_token_is_told_by_its_digest_and_brings_its_roles()
    {
        var anna = _tokens.Find(Anna)!;

        Assert.Equal(("token/anna", "auditor", ""), (anna.Actor, anna.Grants.Names, anna.Tenant));
        Assert.Equal(Reach.Everywhere, anna.Grants.ReachOf(Permissions.AuditRead));
        Assert.False(anna.ByAccessToken);
        Assert.Null(_tokens.Find(Anna + "x"));
        Assert.Null(_tokens.Find(DigestOf(Anna)));
        Assert.Null(_tokens.Find(""));
    }

    [Fact]
    public void A_token_for_one_tenant_reaches_no_other_and_nothing_of_the_platform()
    {
        var ben = _tokens.Find(Ben)!;

        Assert.Equal(Reach.OwnTenant, ben.Grants.ReachOf(Permissions.KeysRotate));
        Assert.True(ben.Reaches(Permissions.KeysRotate, "acme"));
        Assert.False(ben.Reaches(Permissions.KeysRotate, "other"));
        Assert.False(ben.Reaches(Permissions.KeysRotate, ""));
        Assert.Equal("acme", ben.TenantOf(Permissions.ClientsRead));
        Assert.False(ben.Grants.IsEverything);
    }

    /// <summary>A short text could be found by its digest, which stands in files.</summary>
    [Fact]
    public void A_token_that_could_be_guessed_is_no_token() => Assert.Null(_tokens.Find("0123456789"));

    private static string DigestOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
