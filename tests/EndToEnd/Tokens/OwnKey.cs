using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sluice.Rules.Tokens;

namespace Sluice.EndToEnd.Tokens;

/// <summary>A pair of keys that a client, or a provider of identities, has made itself.</summary>
internal static class OwnKey
{
    /// <summary>A private JSON Web Key as text, and the set with its public half as it is registered.</summary>
    public static (string Private, JsonObject Registered) Make(string algorithm)
    {
        var json = algorithm == "ES256" ? MakeEc() : MakeRsa();
        json["alg"] = algorithm;
        json["kid"] = "own";
        var known = new JsonObject();
        foreach (var name in (string[])["kty", "crv", "x", "y", "n", "e", "alg", "kid"])
        {
            if (json[name] is { } value)
            {
                known[name] = value.DeepClone();
            }
        }

        return (json.ToJsonString(), new JsonObject { ["keys"] = new JsonArray(known) });
    }

    private static JsonObject MakeEc()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var made = key.ExportParameters(includePrivateParameters: true);
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64UrlText.Encode(made.Q.X),
            ["y"] = Base64UrlText.Encode(made.Q.Y),
            ["d"] = Base64UrlText.Encode(made.D),
        };
    }

    private static JsonObject MakeRsa()
    {
        using var key = RSA.Create(2048);
        var made = key.ExportParameters(includePrivateParameters: true);
        return new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = Base64UrlText.Encode(made.Modulus),
            ["e"] = Base64UrlText.Encode(made.Exponent),
            ["d"] = Base64UrlText.Encode(made.D),
            ["p"] = Base64UrlText.Encode(made.P),
            ["q"] = Base64UrlText.Encode(made.Q),
            ["dp"] = Base64UrlText.Encode(made.DP),
            ["dq"] = Base64UrlText.Encode(made.DQ),
            ["qi"] = Base64UrlText.Encode(made.InverseQ),
        };
    }
}
