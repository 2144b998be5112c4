using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules;
using Sluice.Rules.Keys;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Properties.Tokens;

/// <summary>What holds for every token, however it was come by.</summary>
public sealed class TokenProperties
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly PrivateKey Ec = MakeEc();
    private static readonly PrivateKey Rsa = MakeRsa();
    private static readonly TokenExpectation Expected = new("https://a", "https://b", new([Ec.Public, Rsa.Public]));

    private static readonly Gen<AccessToken> Tokens =
        from age in Gen.Choose(0, 900)
        from lifetime in Draw.Mostly(0, 10, 900)
        from version in Draw.Mostly(1, 62, KeyText.VersionMax)
        from client in Gen.Choose(0, 1000)
        from models in Gen.Elements("a", "b*", "deepseek-ai/DeepSeek-OCR", "qwen3-32b", "*").ArrayOf()
        let issued = Now.ToUnixTimeSeconds() - Math.Min(age, lifetime)
        select new AccessToken
        {
            Issuer = "https://a",
            Audience = "https://b",
            ClientId = Names.ClientId("t", $"c{client}"),
            TokenId = $"t{client}",
            IssuedAt = issued,
            ExpiresAt = issued + lifetime,
            KeyVersion = version,
            Tenant = "t",
            Scope = TokenScope.TryParse(string.Join(' ', models.Select(model => "model:" + model)))!,
        };

    private static readonly Gen<PrivateKey> Keys = Gen.Frequency((9, Gen.Constant(Ec)), (1, Gen.Constant(Rsa)));

    [Fact]
    public void What_is_signed_reads_back() => Law.Holds(Tokens.Zip(Keys), drawn =>
    {
        var (token, key) = drawn;

        var fault = AccessTokenRules.TryRead(AccessTokenRules.Sign(token, key), Expected, Now, out var read);

        Assert.Equal(TokenFault.None, fault);
        Assert.Equal(token with { SignedBy = key.Public.KeyId }, read);
    }, tests: 500);

    /// <summary>Guards against a text that is not what was signed, and is taken for it.</summary>
    [Fact]
    public void A_token_with_a_character_changed_lost_or_added_is_refused() => Law.Holds(
        Tokens.Zip(Keys).Zip(Gen.Choose(0, 5000)).Zip(Gen.Choose(0, 127)), drawn =>
        {
            var (((token, key), position), character) = drawn;
            var text = AccessTokenRules.Sign(token, key);
            var at = position % text.Length;
            string[] others =
            [
                text[..at] + (char)character + text[(at + 1)..],
                text[..at] + text[(at + 1)..],
                text[..at] + (char)character + text[at..],
            ];

            foreach (var other in others.Where(other => other != text))
            {
                Assert.NotEqual(TokenFault.None, AccessTokenRules.TryRead(other, Expected, Now, out var read));
                Assert.Null(read);
            }
        }, tests: 1000);

    [Fact]
    public void A_token_with_a_bit_flipped_under_its_base_64_is_refused() => Law.Holds(
        Tokens.Zip(Gen.Choose(0, 2)).Zip(Gen.Choose(0, 20_000)), drawn =>
        {
            var ((token, part), bit) = drawn;
            var parts = AccessTokenRules.Sign(token, Ec).Split('.');
            var bytes = Base64UrlText.TryDecode(parts[part])!;
            bytes[bit / 8 % bytes.Length] ^= (byte)(1 << (bit % 8));
            parts[part] = Base64UrlText.Encode(bytes);

            Assert.NotEqual(
                TokenFault.None, AccessTokenRules.TryRead(string.Join('.', parts), Expected, Now, out _));
        }, tests: 1000);

    [Fact]
    public void Any_text_is_read_without_an_exception() => Law.Holds(
        Tokens.Zip(ArbMap.Default.GeneratorFor<string>()).Zip(Gen.Choose(0, 700)), drawn =>
        {
            var ((token, junk), cut) = drawn;
            var text = AccessTokenRules.Sign(token, Ec);
            var mixed = text[..Math.Min(cut, text.Length)] + junk;

            Assert.Equal(
                mixed == text, AccessTokenRules.TryRead(mixed, Expected, Now, out var read) is TokenFault.None);
            Assert.Equal(mixed == text, read is not null);
        }, tests: 500);

    [Fact]
    public void Bytes_have_one_text_and_a_text_has_one_reading() => Law.Holds(
        ArbMap.Default.GeneratorFor<byte[]>().Zip(ArbMap.Default.GeneratorFor<string>()), drawn =>
        {
            var (bytes, text) = (drawn.Item1 ?? [], drawn.Item2 ?? "");

            Assert.Equal(bytes, Base64UrlText.TryDecode(Base64UrlText.Encode(bytes)));
            if (Base64UrlText.TryDecode(text) is { } decoded)
            {
                Assert.Equal(text, Base64UrlText.Encode(decoded));
            }
        });

    /// <summary>Guards against a token that may do what the one that it was made from may not.</summary>
    [Fact]
    public void A_scope_within_another_allows_nothing_that_the_other_does_not() => Law.Holds(
        Scopes.Zip(Scopes).Zip(Gen.Elements("a", "ab", "abc", "b", "bc", "c")), drawn =>
        {
            var ((own, other), model) = drawn;

            Assert.True(!own.IsWithin(other) || !own.Allows(model) || other.Allows(model));
            Assert.Equal(own, TokenScope.TryParse(own.Text));
        });

    private static Gen<TokenScope> Scopes =>
        Gen.Elements("a", "a*", "ab", "ab*", "b", "*").ArrayOf()
            .Select(models => TokenScope.TryParse(string.Join(' ', models.Select(model => "model:" + model)))!);

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
