using System.Text;
using System.Text.Json.Nodes;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

public sealed class ClientKeySetTests
{
    private static readonly string Key = TestKeys.Ec.Public.ToJson();

    [Fact]
    public void Public_keys_are_taken_with_the_names_that_they_have()
    {
        var (keys, mistakes) = Read($$"""{"keys":[{{Key}},{{Changed(json => json["kid"] = "next")}}]}""");

        Assert.Empty(mistakes);
        Assert.Equal([TestKeys.Ec.Public.KeyId, "next"], keys!.Keys.Select(key => key.KeyId));
        Assert.Empty(Read("""{"keys":[]}""").Keys!.Keys);
    }

    [Fact]
    public void A_key_without_a_name_is_called_by_its_thumbprint() => Assert.Equal(
        TestKeys.Ec.Public.Thumbprint,
        Read($$"""{"keys":[{{Changed(json => json.Remove("kid"))}}]}""").Keys!.Keys[0].KeyId);

    /// <summary>Guards against passing over a key that its owner believes to be registered.</summary>
    [Fact]
    public void Every_mistake_is_named_with_its_place()
    {
        var (keys, mistakes) = Read(
            $$"""
            {"keys":[{{Key}},{{Key}},{{Changed(json => json["use"] = "enc")}},{"kty":"oct","k":"AAAA"},
            {{Changed(json => json["d"] = "AAAA")}},{"kty":"OKP","crv":"Ed25519","x":"AAAA"},5]}
            """);

        Assert.Null(keys);
        Assert.Collection(
            mistakes,
            one => Assert.StartsWith("keys[1]: has the kid of another", one, StringComparison.Ordinal),
            one => Assert.StartsWith("keys[2]: is no key for signatures", one, StringComparison.Ordinal),
            one => Assert.StartsWith("keys[3]: has a secret member", one, StringComparison.Ordinal),
            one => Assert.StartsWith("keys[4]: has a secret member", one, StringComparison.Ordinal),
            one => Assert.StartsWith("keys[5]: is no key for signatures", one, StringComparison.Ordinal),
            one => Assert.StartsWith("keys[6]: is no key for signatures", one, StringComparison.Ordinal));
        Assert.DoesNotContain("AAAA", string.Join(' ', mistakes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    public void What_is_no_set_of_keys_is_refused(string json) => Assert.Single(Read(json).Mistakes);

    [Fact]
    public void A_client_has_eight_keys_at_most()
    {
        string Set(int count)
        {
            var keys = Enumerable.Range(0, count).Select(i => Changed(json => json["kid"] = $"k{i}"));
            return $$"""{"keys":[{{string.Join(',', keys)}}]}""";
        }

        Assert.Equal(8, Read(Set(8)).Keys!.Keys.Length);
        Assert.Null(Read(Set(9)).Keys);
    }

    private static (PublicKeySet? Keys, List<string> Mistakes) Read(string json)
    {
        var mistakes = new List<string>();
        return (ClientKeySet.TryRead(Encoding.UTF8.GetBytes(json), mistakes), mistakes);
    }

    private static string Changed(Action<JsonObject> change)
    {
        var json = JsonNode.Parse(Key)!.AsObject();
        change(json);
        return json.ToJsonString();
    }
}
