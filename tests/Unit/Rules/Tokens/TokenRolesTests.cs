using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

public sealed class TokenRolesTests
{
    private static readonly Lazy<PrivateKey> Key = new(NewKey);

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
        var payload = JsonNode.Parse("""
            {"iss":"i","aud":"a","sub":"0123456789Ab","client_id":"0123456789Ab","iat":100,"exp":200,"jti":"j",
             "scope":"models","tenant":"acme","key_version":1}
            """)!.AsObject();
        var text = payload.ToJsonString()[..^1] + (claims == "{}" ? "}" : "," + claims[1..]);
        var fault = AccessTokenRules.TryRead(
            CompactToken.Sign(AccessToken.Type, Encoding.UTF8.GetBytes(text), Key.Value),
            new TokenExpectation("i", "a", new PublicKeySet([Key.Value.Public])),
            DateTimeOffset.FromUnixTimeSeconds(150), out var token);
        read = token is null ? default : (string.Join(' ', token.Roles), token.AuthTime);
        return fault is TokenFault.None;
    }

    private static PrivateKey NewKey()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return PrivateKey.Read(made.ExportPkcs8PrivateKey(), SignatureAlgorithm.Es256);
    }
}
