using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

public sealed class PublicKeyTests
{
    private static readonly Dictionary<string, string> Ec = MembersOf(TestKeys.Ec.Public);
    private static readonly Dictionary<string, string> Rsa = MembersOf(TestKeys.Rsa.Public);

    [Fact]
    public void A_key_reads_back_as_it_was_written()
    {
        foreach (var key in (PublicKey[])[TestKeys.Ec.Public, TestKeys.Rsa.Public])
        {
            var read = Parse(MembersOf(key))!;

            Assert.Equal(key.ToJson(), read.ToJson());
            Assert.Equal(key.KeyId, read.Thumbprint);
            Assert.Equal(key.Algorithm, read.Algorithm);
        }
    }

    [Fact]
    public void Only_public_members_are_written()
    {
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], Ec.Keys.Order());
        Assert.Equal(["alg", "e", "kid", "kty", "n", "use"], Rsa.Keys.Order());
    }

    [Theory]
    [InlineData("d")]
    [InlineData("p")]
    [InlineData("k")]
    [InlineData("oth")]
    public void A_key_with_a_private_member_is_refused(string member)
    {
        Assert.Null(Parse(new(Ec) { [member] = "AA" }));
        Assert.Null(Parse(new(Rsa) { [member] = "AA" }));
    }

    [Theory]
    [InlineData("use", "enc")]
    [InlineData("alg", "ES384")]
    [InlineData("alg", "RS256")]
    [InlineData("alg", "none")]
    [InlineData("kty", "RSA")]
    [InlineData("kty", "OKP")]
    [InlineData("kty", "oct")]
    [InlineData("crv", "P-384")]
    [InlineData("crv", "secp256k1")]
    [InlineData("x", "")]
    [InlineData("x", "AA")]
    public void A_key_for_something_else_is_refused(string member, string value) =>
        Assert.Null(Parse(new(Ec) { [member] = value }));

    [Fact]
    public void A_key_is_for_the_operations_that_it_names()
    {
        Assert.NotNull(Parse(Ec, "\"key_ops\":[\"sign\",\"verify\"]"));
        Assert.Null(Parse(Ec, "\"key_ops\":[\"encrypt\"]"));
        Assert.Null(Parse(Ec, "\"key_ops\":\"verify\""));
    }

    [Fact]
    public void A_point_beside_the_curve_is_refused()
    {
        var y = Base64UrlText.TryDecode(Ec["y"])!;
        y[^1] ^= 1;

        Assert.Null(Parse(new(Ec) { ["y"] = Base64UrlText.Encode(y) }));
        Assert.Null(PublicKey.OfCurve(new byte[32], new byte[32]));
        Assert.Null(PublicKey.OfCurve([.. Enumerable.Repeat((byte)0xFF, 32)], y));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2040)]
    [InlineData(4608)]
    public void A_modulus_out_of_bounds_is_refused(int bits)
    {
        var modulus = new byte[bits / 8];
        (modulus[0], modulus[^1]) = (0xC1, 1);

        Assert.Null(PublicKey.OfRsa(modulus, [1, 0, 1]));
    }

    [Fact]
    public void An_exponent_out_of_bounds_is_refused()
    {
        var modulus = Base64UrlText.TryDecode(Rsa["n"])!;
        byte[][] wrong = [[1], [3], [0xFF, 0xFF], [1, 0, 0], [0, 1, 0, 1], [1, 0, 0, 0, 1], []];

        Assert.All(wrong, exponent => Assert.Null(PublicKey.OfRsa(modulus, exponent)));
        Assert.NotNull(PublicKey.OfRsa(modulus, [1, 0, 1]));
        Assert.NotNull(PublicKey.OfRsa(modulus, [0xFF, 0xFF, 0xFF, 0xFF]));
        Assert.Null(PublicKey.OfRsa([0, .. modulus], [1, 0, 1]));
    }

    [Fact]
    public void A_set_in_which_two_keys_have_one_name_is_refused()
    {
        var key = TestKeys.Ec.Public.ToJson();

        Assert.Null(Set(key, key));
        Assert.NotNull(Set(key, TestKeys.Rsa.Public.ToJson()));
    }

    [Fact]
    public void A_set_with_a_secret_key_is_refused() =>
        Assert.Null(Set(TestKeys.Ec.Public.ToJson(), """{"kty":"oct","k":"AAAA","kid":"1","alg":"HS256"}"""));

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[1]}""")]
    [InlineData("""{"keys":[{}]}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    public void What_is_no_set_is_refused(string json) =>
        Assert.Null(PublicKeySet.TryParse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_set_reads_back_as_it_was_written()
    {
        var set = new PublicKeySet([TestKeys.Ec.Public, TestKeys.Rsa.Public]);

        Assert.Equal(set.ToJson(), PublicKeySet.TryParse(set.ToJson())!.ToJson());
        Assert.Null(set.Find(null));
        Assert.Null(set.Find("../../etc/passwd"));
        Assert.Same(TestKeys.Rsa.Public, set.Find(TestKeys.Rsa.Public.KeyId));
    }

    [Fact]
    public void A_private_key_of_another_kind_is_refused()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var small = RSA.Create(1024);

        Assert.ThrowsAny<CryptographicException>(
            () => PrivateKey.Read(p384.ExportPkcs8PrivateKey(), SignatureAlgorithm.Es256));
        Assert.ThrowsAny<CryptographicException>(
            () => PrivateKey.Read(small.ExportPkcs8PrivateKey(), SignatureAlgorithm.Rs256));
        Assert.DoesNotContain("MI", TestKeys.Ec.ToString()[..12], StringComparison.Ordinal);
    }

    private static PublicKey? Parse(Dictionary<string, string> members, string? more = null) => PublicKey.TryParse(
        Encoding.UTF8.GetBytes(
            JsonSerializer.Serialize(members)[..^1] + (more is null ? "" : "," + more) + "}"));

    private static PublicKeySet? Set(params string[] keys) =>
        PublicKeySet.TryParse(Encoding.UTF8.GetBytes($$"""{"keys":[{{string.Join(',', keys)}}]}"""));

    private static Dictionary<string, string> MembersOf(PublicKey key) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(key.ToJson())!;
}
