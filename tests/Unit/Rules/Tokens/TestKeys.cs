using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Rules;
using Sluice.Rules.Tokens;

namespace Sluice.Unit.Rules.Tokens;

/// <summary>Keys made once for all tests, and tokens that are good unless a test says otherwise.</summary>
internal static class TestKeys
{
    public const string Issuer = "https://sluice.example";
    public const string Audience = "https://sluice.example/api";

    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly string ClientId = Names.ClientId("acme", "bot");

    public static readonly PrivateKey Ec = MakeEc();
    public static readonly PrivateKey OtherEc = MakeEc();
    public static readonly PrivateKey Rsa = MakeRsa();

    public static readonly TokenExpectation Expected =
        new(Issuer, Audience, new PublicKeySet([Ec.Public, Rsa.Public]));

    public static AccessToken Token => new()
    {
        Issuer = Issuer,
        Audience = Audience,
        ClientId = ClientId,
        TokenId = "t-1",
        IssuedAt = Now.ToUnixTimeSeconds(),
        ExpiresAt = Now.AddMinutes(5).ToUnixTimeSeconds(),
        KeyVersion = 1,
        Tenant = "acme",
        Scope = TokenScope.All,
    };

    /// <summary>The claims of <see cref="Token"/> as JSON, so that a test can spoil one.</summary>
    public static Dictionary<string, object?> Claims => new()
    {
        ["iss"] = Issuer,
        ["sub"] = ClientId,
        ["client_id"] = ClientId,
        ["aud"] = Audience,
        ["iat"] = Now.ToUnixTimeSeconds(),
        ["exp"] = Now.AddMinutes(5).ToUnixTimeSeconds(),
        ["jti"] = "t-1",
        ["scope"] = "models",
        ["tenant"] = "acme",
        ["key_version"] = 1,
    };

    public static TokenFault Judge(string text, DateTimeOffset? now = null) =>
        AccessTokenRules.TryRead(text, Expected, now ?? Now, out _);

    /// <summary>A token with this very header and payload, signed as ES256 is.</summary>
    public static string Sign(string header, string payload, PrivateKey? key = null)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64UrlText.Encode((key ?? Ec).Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The public half of a key under another name.</summary>
    public static PublicKey Rename(PrivateKey key, string keyId)
    {
        var json = JsonNode.Parse(key.Public.ToJson())!;
        json["kid"] = keyId;
        return PublicKey.TryParse(Encoding.UTF8.GetBytes(json.ToJsonString()))!;
    }

    public static string Encode(string text) => Base64UrlText.Encode(Encoding.UTF8.GetBytes(text));

    private static PrivateKey MakeEc()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return PrivateKey.Read(key.ExportPkcs8PrivateKey(), SignatureAlgorithm.Es256);
    }

    private static PrivateKey MakeRsa()
    {
        using var key = RSA.Create(2048);
        return PrivateKey.Read(key.ExportPkcs8PrivateKey(), SignatureAlgorithm.Rs256);
    }
}
