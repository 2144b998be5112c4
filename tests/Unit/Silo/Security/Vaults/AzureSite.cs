using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Web;
using Microsoft.AspNetCore.Http;

namespace Sluice.Unit.Silo.Security.Vaults;

/// <summary>Azure Key Vault and its token service, as their API is published, with a key of two versions.</summary>
internal sealed class AzureSite : VaultSite
{
    // Smaller than any that the vault has: made in an instant, and the padding is the same.
    private static readonly RSA[] Keys = [RSA.Create(1152), RSA.Create(1152)];

    private readonly string[] _versions = ["6e1c0f0d1a2b4c3d8e9f00112233aa01", "6e1c0f0d1a2b4c3d8e9f00112233aa02"];

    public int Newest { get; set; }

    public string AccessToken { get; set; } = "eyJ.access";

    public Dictionary<string, string> Proof { get; } = new() { ["client_secret"] = "application-secret" };

    protected override (int Status, object Body) Answer(HttpRequest request, string body)
    {
        if (request.Path == "/directory/oauth2/v2.0/token")
        {
            return SignIn(body);
        }

        if (request.Headers.Authorization != $"Bearer {AccessToken}")
        {
            return (401, Error("Unauthorized"));
        }

        Expect(request.Query["api-version"] == "7.4", "api-version");
        var parts = request.Path.Value!.Split('/');
        return (request.Method, parts) switch
        {
            ("GET", ["", "keys", "sluice"]) => (200, new { key = new { kid = KidOf(Newest), kty = "RSA" } }),
            ("POST", ["", "keys", "sluice", var version, var operation]) when _versions.Contains(version) =>
                Transform(Array.IndexOf(_versions, version), operation, Members(body, "alg", "value")),
            _ => (404, Error("KeyNotFound")),
        };
    }

    private static object Error(string code) => new { error = new { code, message = "said by the vault" } };

    private (int, object) SignIn(string body)
    {
        var form = HttpUtility.ParseQueryString(body);
        Expect(form["grant_type"] == "client_credentials", "grant_type");
        Expect(form["scope"] == "https://vault.azure.net/.default", "scope");
        Expect(form.Count == 3 + Proof.Count, "parameters of the token request");
        return form["client_id"] == "application" && Proof.All(one => form[one.Key] == one.Value)
            ? (200, new { token_type = "Bearer", expires_in = 3600, access_token = AccessToken })
            : (401, new { error = "invalid_client" });
    }

    private string KidOf(int version) => $"{Address}/keys/sluice/{_versions[version]}";

    private (int, object) Transform(int version, string operation, Dictionary<string, string> members)
    {
        Expect(members["alg"] == "RSA-OAEP-256", "alg");
        Expect(!members["value"].Contains('=', StringComparison.Ordinal), "base64url has no padding");
        var value = Base64Url.DecodeFromChars(members["value"]);
        try
        {
            var answer = operation switch
            {
                "wrapkey" => Keys[version].Encrypt(value, RSAEncryptionPadding.OaepSHA256),
                "unwrapkey" => Keys[version].Decrypt(value, RSAEncryptionPadding.OaepSHA256),
                _ => throw new JsonException(operation),
            };
            return (200, new { kid = KidOf(version), value = Base64Url.EncodeToString(answer) });
        }
        catch (CryptographicException)
        {
            return (400, Error("BadParameter"));
        }
    }
}
