using System.Security.Cryptography;
using System.Text;
using Sluice.Cli.Audit;
using Sluice.Rules.Audit;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Cli;

/// <summary>Guards checkpoints: they are evidence as long as nobody without the key can make or drop one.</summary>
public sealed class CheckpointFileTests
{
    private static readonly PrivateKey Key = NewKey();
    private static readonly string Keys = Encoding.UTF8.GetString(new PublicKeySet([Key.Public]).ToJson());
    private static readonly string[] Lines = LinesOf(Key, count: 4);

    [Fact]
    public async Task What_was_signed_is_read_from_the_first_line_or_a_later_one_on()
    {
        var (signed, sentence) = await ReadAsync(Lines);

        Assert.Null(sentence);
        Assert.Equal([10, 20, 30, 40], signed!.Keys.Order());
        Assert.Equal(HashOf(20), signed[20]);
        Assert.Equal([30, 40], (await ReadAsync(Lines[2..])).Signed!.Keys.Order());
        Assert.Equal(4, (await ReadAsync([Lines[0], Lines[1], Lines[1], Lines[2], Lines[3]])).Signed!.Count);
        Assert.Empty((await ReadAsync([])).Signed!);
    }

    [Fact]
    public async Task Every_character_that_is_changed_is_found_on_its_line()
    {
        for (var place = 0; place < Lines[1].Length; place++)
        {
            var lines = Lines.ToArray();
            lines[1] = $"{lines[1][..place]}{(lines[1][place] == 'A' ? 'B' : 'A')}{lines[1][(place + 1)..]}";

            var (signed, sentence) = await ReadAsync(lines);

            Assert.Null(signed);
            Assert.StartsWith("Line 2 of the checkpoints: none of the keys", sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task One_that_is_missing_moved_or_another_s_is_told()
    {
        Assert.Contains("it is not the next one", (await ReadAsync([Lines[0], Lines[2]])).Sentence);
        Assert.Contains("it is not the next one", (await ReadAsync([Lines[1], Lines[0]])).Sentence);
        Assert.Contains("none of the keys", (await ReadAsync(LinesOf(NewKey(), count: 2))).Sentence);

        // One that had the key and signs another past beside the true one.
        var other = LinesOf(Key, count: 2, at: 77);
        Assert.Contains("is another than when it was signed", (await ReadAsync([Lines[0], other[1]])).Sentence);
        var contradiction = new AuditCheckpoint(
            5, new AuditHead(20, HashOf(21)), 1, AuditCheckpoint.HashOf(Lines[3])).Sign(Key);
        Assert.Contains("something else than another", (await ReadAsync([.. Lines, contradiction])).Sentence);
    }

    [Fact]
    public async Task A_file_without_a_key_judges_nothing()
    {
        Assert.Contains("no JSON Web Key Set", (await ReadAsync(Lines, "{\"keys\":[]}")).Sentence);
        Assert.Contains("no JSON Web Key Set", (await ReadAsync(Lines, "nothing")).Sentence);
    }

    /// <summary>A token of the same key is no checkpoint, whatever it says.</summary>
    [Fact]
    public void Something_else_that_the_key_has_signed_is_no_checkpoint()
    {
        var payload = CompactToken.TryParse(Lines[0], out var token) is TokenFault.None ? token!.Payload : default;

        Assert.Null(AuditCheckpoint.Read(
            CompactToken.Sign("at+jwt", payload.Span, Key), new PublicKeySet([Key.Public])));
        Assert.NotNull(AuditCheckpoint.Read(Lines[0], new PublicKeySet([Key.Public])));
    }

    private static Task<(IReadOnlyDictionary<long, string>? Signed, string? Sentence)> ReadAsync(
        string[] lines, string? keys = null) => CheckpointFile.ReadAsync(
        new StringReader(string.Join('\n', lines)), keys ?? Keys, TestContext.Current.CancellationToken);

    private static string[] LinesOf(PrivateKey key, int count, long at = 5)
    {
        var lines = new List<string>();
        for (var number = 1; number <= count; number++)
        {
            var before = number == 1 ? AuditCheckpoint.NothingBefore : AuditCheckpoint.HashOf(lines[^1]);
            lines.Add(new AuditCheckpoint(
                number, new AuditHead(10 * number, HashOf(10 * number)), at + number, before).Sign(key));
        }

        return [.. lines];
    }

    private static string HashOf(int number) =>
        Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(number)));

    private static PrivateKey NewKey()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return PrivateKey.Read(made.ExportPkcs8PrivateKey(), SignatureAlgorithm.Es256);
    }
}
