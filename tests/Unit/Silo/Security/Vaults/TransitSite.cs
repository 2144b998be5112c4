using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Sluice.Unit.Silo.Security.Vaults;

/// <summary>The transit engine and the Kubernetes method, as their API is published.</summary>
internal sealed class TransitSite : VaultSite
{
    private readonly List<byte[]> _versions = [RandomNumberGenerator.GetBytes(32)];

    public string Token { get; set; } = "s.token";

    public string Namespace { get; init; } = "";

    public string PodToken { get; init; } = "pod-token";

    public int SessionSeconds { get; init; } = 3600;

    public int MinimumVersion { get; set; } = 1;

    public void Rotate() => _versions.Add(RandomNumberGenerator.GetBytes(32));

    protected override (int Status, object Body) Answer(HttpRequest request, string body)
    {
        Expect(request.Headers["X-Vault-Request"] == "true", "X-Vault-Request");
        Expect(request.Headers["X-Vault-Namespace"].ToString() == Namespace, "X-Vault-Namespace");
        Expect(request.Method == "GET" || request.ContentType!.StartsWith("application/json", StringComparison.Ordinal),
            "Content-Type");
        if (request.Path == "/v1/auth/kubernetes/login")
        {
            var members = Members(body, "role", "jwt");
            return members is { } && members["role"] == "silo" && members["jwt"] == PodToken
                ? (200, new { auth = new { client_token = Token, lease_duration = SessionSeconds, renewable = true } })
                : (403, Errors("permission denied"));
        }

        if (request.Headers["X-Vault-Token"] != Token)
        {
            return (403, Errors("permission denied"));
        }

        return (request.Method, request.Path.Value) switch
        {
            ("POST", "/v1/transit/encrypt/sluice") => Encrypt(Members(body, "plaintext")["plaintext"]),
            ("POST", "/v1/transit/decrypt/sluice") => Decrypt(Members(body, "ciphertext")["ciphertext"]),
            ("GET", "/v1/transit/keys/sluice") =>
                (200, new { data = new { type = "aes256-gcm96", latest_version = _versions.Count } }),
            ("POST", _) => (400, Errors("encryption key not found")),
            _ => (404, Errors()),
        };
    }

    private static object Errors(params string[] errors) => new { errors };

    private (int, object) Encrypt(string plaintext)
    {
        var plain = Convert.FromBase64String(plaintext);
        var nonce = RandomNumberGenerator.GetBytes(12);
        var (sealedText, tag) = (new byte[plain.Length], new byte[16]);
        using var cipher = new AesGcm(_versions[^1], 16);
        cipher.Encrypt(nonce, plain, sealedText, tag);
        return (200, new
        {
            data = new
            {
                ciphertext = $"vault:v{_versions.Count}:{Convert.ToBase64String([.. nonce, .. sealedText, .. tag])}",
                key_version = _versions.Count,
            },
        });
    }

    private (int, object) Decrypt(string ciphertext)
    {
        if (ciphertext.Split(':') is not ["vault", ['v', .. var number], var data])
        {
            return (400, Errors("invalid ciphertext: no prefix"));
        }

        var version = int.Parse(number, null);
        if (version < MinimumVersion)
        {
            return (400, Errors("ciphertext or signature version is disallowed by policy (too old)"));
        }

        var bytes = Convert.FromBase64String(data);
        var plain = new byte[bytes.Length - 28];
        using var cipher = new AesGcm(_versions[version - 1], 16);
        try
        {
            cipher.Decrypt(bytes.AsSpan(0, 12), bytes.AsSpan(12..^16), bytes.AsSpan(^16..), plain);
            return (200, new { data = new { plaintext = Convert.ToBase64String(plain) } });
        }
        catch (AuthenticationTagMismatchException)
        {
            return (400, Errors("cipher: message authentication failed"));
        }
    }
}
