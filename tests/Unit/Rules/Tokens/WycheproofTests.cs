using System.Text;
using System.Text.Json;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

/// <summary>
/// Project Wycheproof's vectors, which are not part of this repository: <c>SLUICE_WYCHEPROOF</c> names a copy of it.
/// Without one these tests are skipped, and say how many vectors were not tried.
/// </summary>
public sealed class WycheproofTests
{
    [Fact]
    public void Signatures_are_judged_as_Wycheproof_judges_them() =>
        Run("json_web_signature_test.json", 401, key => PublicKey.TryParse(key) is { } read ? [read] : null);

    [Fact]
    public void Key_sets_are_judged_as_Wycheproof_judges_them() =>
        Run("json_web_key_test.json", 26, set => PublicKeySet.TryParse(set)?.Keys);

    /// <summary>
    /// A key that is not ours is refused, so its vectors are refused too: those that are right are counted.
    /// </summary>
    private static void Run(string file, int vectors, Func<byte[], IReadOnlyList<PublicKey>?> read)
    {
        var folder = Environment.GetEnvironmentVariable("SLUICE_WYCHEPROOF");
        Assert.SkipWhen(
            string.IsNullOrEmpty(folder),
            $"{vectors} vectors not tried: SLUICE_WYCHEPROOF names no copy of Wycheproof.");
        using var document = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(folder!, "testvectors_v1", file)));
        var (accepted, refused, withKey, ofOthers, mistakes) = (0, 0, 0, 0, new List<string>());
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var json = group.TryGetProperty("public", out var key) ? key : group.GetProperty("private");
            var keys = read(Encoding.UTF8.GetBytes(json.GetRawText()));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var good = test.GetProperty("jws") is { ValueKind: JsonValueKind.String } text
                    && CompactToken.TryParse(text.GetString()!, out var token) is TokenFault.None
                    && keys?.Any(candidate =>
                        (token!.KeyId ?? candidate.KeyId) == candidate.KeyId && token.IsSignedBy(candidate)) is true;
                var right = test.GetProperty("result").GetString() == "valid";
                if (right && !good && keys is not { Count: > 0 })
                {
                    ofOthers++;
                }
                else if (right != good)
                {
                    mistakes.Add($"{test.GetProperty("tcId")} {test.GetProperty("comment")}: {good}");
                }
                else
                {
                    _ = good ? accepted++ : keys is { Count: > 0 } ? refused++ : withKey++;
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{file}: {accepted} accepted and {refused} refused as they should be, {withKey} more because their key is "
            + $"refused; {ofOthers} right ones are of algorithms that are not offered.");
        Assert.Empty(mistakes);
        Assert.Equal(
            document.RootElement.GetProperty("numberOfTests").GetInt32(), accepted + refused + withKey + ofOthers);
        Assert.True(accepted > 0);
    }
}
