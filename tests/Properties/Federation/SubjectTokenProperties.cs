using System.Security.Cryptography;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Properties.Federation;

/// <summary>What holds for every token of a provider and every set of grants.</summary>
public sealed class SubjectTokenProperties
{
    private const string Issuer = "https://login.example";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly PrivateKey Key = NewKey();
    private static readonly PublicKeySet Keys = new([Key.Public]);
    private static readonly string[] Clients = ["bot", "other"];
    private static readonly string[] Models = ["a", "ab", "b", "c"];

    /// <param name="Subject">Who it is.</param>
    /// <param name="Groups">What the provider says of them.</param>
    /// <param name="Age">Seconds since it was issued.</param>
    /// <param name="Life">Seconds that it has left.</param>
    /// <param name="Client">For whom it is wanted.</param>
    private sealed record Presented(string Subject, string[] Groups, int Age, int Life, string Client);

    private static readonly Gen<SubjectGrant> Grants =
        from client in Gen.Elements(Clients)
        from claim in Gen.Elements("sub", "groups")
        from pattern in Gen.Elements("*", "u*", "u1", "u2", "g*", "g1", "g2", "")
        from scope in Gen.Elements("models", "model:a", "model:a*", "model:b", "model:a model:c")
        from role in Gen.Elements("developer", "auditor")
        select new SubjectGrant(client, claim, pattern, TokenScope.TryParse(scope)!, [role]);

    private static readonly Gen<Presented> Tokens =
        from subject in Gen.Elements("u1", "u2", "v1")
        from groups in Gen.Elements("g1", "g2", "h", "").ArrayOf()
        from age in Draw.Mostly(0, 10, 5_000)
        from life in Draw.Mostly(-5, 5, 5_000)
        from client in Gen.Elements(Clients)
        select new Presented(subject, groups, age, life, client);

    /// <summary>
    /// Guards clients: nobody is one without a grant that names it and that their claims meet, nor for longer or for
    /// more models and roles than those give. The grants are counted here one model at a time, not put together.
    /// </summary>
    [Fact]
    public void Nobody_gets_what_no_grant_gives() => Law.Holds(Grants.ArrayOf().Zip(Tokens), drawn =>
    {
        var (grants, presented) = drawn;
        var fault = Read(Sign(presented), grants, presented.Client, out var token);

        var met = grants.Where(grant => grant.Client == presented.Client && IsMet(grant, presented)).ToList();
        var isInTime = presented.Life > 0 && presented.Age < 3_660;
        Assert.Equal(isInTime && met.Count > 0, fault is TokenFault.None);
        if (token is not null)
        {
            Assert.Equal(
                Models.Where(model => met.Any(grant => grant.Scope.Allows(model))), Models.Where(token.Scope.Allows));
            Assert.Equal(met.SelectMany(grant => grant.Roles).ToHashSet(), token.Roles.ToHashSet());
            Assert.Equal(Now.ToUnixTimeSeconds() + presented.Life, token.ExpiresAt);
            Assert.Equal($"corp/{presented.Subject}", token.Subject);
        }
    });

    [Fact]
    public void A_token_with_a_character_changed_lost_or_added_is_refused() => Law.Holds(
        Tokens.Zip(Gen.Choose(0, 5000)).Zip(Gen.Choose(0, 127)), drawn =>
        {
            var ((presented, position), character) = drawn;
            SubjectGrant[] all = [new(presented.Client, "sub", "*", TokenScope.All, [])];
            var text = Sign(presented);
            var at = position % text.Length;
            string[] others =
            [
                text[..at] + (char)character + text[(at + 1)..], text[..at] + text[(at + 1)..],
                text[..at] + (char)character + text[at..],
            ];

            foreach (var other in others.Where(other => other != text))
            {
                Assert.NotEqual(TokenFault.None, Read(other, all, presented.Client, out var token));
                Assert.Null(token);
            }
        }, tests: 500);

    private static bool IsMet(SubjectGrant grant, Presented presented)
    {
        string[] values = grant.Claim == "sub" ? [presented.Subject] : presented.Groups;
        return values.Any(value => grant.Pattern.EndsWith('*')
            ? string.CompareOrdinal(value, 0, grant.Pattern, 0, grant.Pattern.Length - 1) == 0
            : string.Equals(value, grant.Pattern, StringComparison.Ordinal));
    }

    private static TokenFault Read(string text, SubjectGrant[] grants, string wanted, out SubjectToken? token) =>
        SubjectTokenRules.TryRead(
            text, SubjectTokenKind.WebToken, new IdentityProvider("corp", Issuer, "us") { Grants = [.. grants] }, Keys,
            client => client == wanted, Now, out token);

    private static string Sign(Presented presented) => CompactToken.Sign(
        "JWT", JsonSerializer.SerializeToUtf8Bytes(new
        {
            iss = Issuer,
            aud = "us",
            sub = presented.Subject,
            groups = presented.Groups,
            iat = Now.ToUnixTimeSeconds() - presented.Age,
            exp = Now.ToUnixTimeSeconds() + presented.Life,
        }), Key);

    private static PrivateKey NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return PrivateKey.Read(key.ExportPkcs8PrivateKey(), SignatureAlgorithm.Es256);
    }
}
