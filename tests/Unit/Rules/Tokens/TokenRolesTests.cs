using System.Text.Json;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

public sealed class TokenRolesTests
{
    [Theory]
    [InlineData("""{}""", "", null)]
    [InlineData("""{"roles":[]}""", "", null)]
    [InlineData("""{"roles":["admin","night-shift"],"auth_time":1700000000}""", "admin night-shift", 1_700_000_000L)]
    public void What_a_token_says_of_roles_is_read(string claims, string roles, long? authTime)
    {
        Assert.True(TryRead(claims, out var read));

        Assert.Equal((roles, authTime), (read.Roles, read.AuthTime));
    }

    /// <summary>Guards against a claim that two readers take for different roles.</summary>
    [Theory]
    [InlineData("""{"roles":"admin"}""")]
    [InlineData("""{"roles":null}""")]
    [InlineData("""{"roles":[1]}""")]
    [InlineData("""{"roles":["admin",null]}""")]
    [InlineData("""{"roles":["Admin"]}""")]
    [InlineData("""{"roles":["admin "]}""")]
    [InlineData("""{"roles":["\ud800"]}""")]
    [InlineData("""{"roles":{"admin":true}}""")]
    [InlineData("""{"auth_time":"1700000000"}""")]
    [InlineData("""{"auth_time":1.5}""")]
    [InlineData("""{"auth_time":-1}""")]
    [InlineData("""{"auth_time":null}""")]
    public void A_claim_that_is_not_what_it_must_be_spoils_the_token(string claims) =>
        Assert.False(TryRead(claims, out _));

    [Fact]
    public void A_token_has_at_most_16_roles()
    {
        Assert.True(TryRead(Of(16), out _));
        Assert.False(TryRead(Of(17), out _));

        static string Of(int count) =>
            JsonSerializer.Serialize(new { roles = Enumerable.Range(0, count).Select(i => $"role-{i}") });
    }

    private static bool TryRead(string claims, out (string Roles, long? AuthTime) read)
    {
        using var document = JsonDocument.Parse(claims);
        var isRead = TokenRoles.TryRead(document.RootElement, out var roles, out var authTime);
        read = (string.Join(' ', roles), authTime);
        return isRead;
    }
}
