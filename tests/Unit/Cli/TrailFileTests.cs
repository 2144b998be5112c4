using System.Collections.Immutable;
using Sluice.Cli.Audit;
using Sluice.Rules.Audit;
using Xunit;

namespace Sluice.Unit.Cli;

/// <summary>Guards what an auditor is told of an exported trail.</summary>
public sealed class TrailFileTests
{
    private static readonly ImmutableArray<AuditRecord> Trail = AuditChain.Append(
        AuditHead.Empty,
        Enumerable.Range(1, 4).Select(number => new AuditEntry(
            $"id-{number}", number, "system", new AuditNote("plan.replace", $"plan/p{number}", "", "", "{}"))));

    private static string[] Lines => [.. Trail.Select(AuditLine.Write)];

    [Fact]
    public async Task A_trail_as_it_was_written_is_right_and_its_end_is_told()
    {
        var found = await VerifyAsync(Lines);

        Assert.True(found.IsRight);
        Assert.Equal($"4 records are as they were written. The trail ends with 4:{Trail[3].Hash}.", found.Sentence);
        Assert.True((await VerifyAsync([])).IsRight);
    }

    [Fact]
    public async Task Every_byte_that_is_flipped_is_found_on_its_line()
    {
        for (var line = 0; line < Lines.Length; line++)
        {
            for (var place = 0; place < Lines[line].Length; place++)
            {
                var lines = Lines;
                lines[line] = $"{lines[line][..place]}{(char)(lines[line][place] ^ 1)}{lines[line][(place + 1)..]}";

                var found = await VerifyAsync(lines);

                Assert.False(found.IsRight, lines[line]);
                Assert.StartsWith($"Line {line + 1}", found.Sentence, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_changed_record_is_named()
    {
        var lines = Lines;
        lines[1] = lines[1].Replace("\"actor\":\"system\"", "\"actor\":\"nobody\"", StringComparison.Ordinal);

        Assert.Equal(
            "Line 2: record 2 (plan.replace plan/p2) is not as it was written: it, or its hash, was changed.",
            (await VerifyAsync(lines)).Sentence);
    }

    [Fact]
    public async Task A_record_that_is_missing_or_unreadable_is_told_with_its_number()
    {
        Assert.Equal(
            "Line 2: record 3 stands where record 2 should: records were taken out, put in or moved.",
            (await VerifyAsync([Lines[0], Lines[2]])).Sentence);
        Assert.StartsWith(
            "Line 2 is no record: it should be record 2.",
            (await VerifyAsync([Lines[0], "<html>"])).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_was_kept_finds_an_end_that_was_cut_off_or_a_trail_written_anew()
    {
        var kept = new AuditHead(4, Trail[3].Hash);

        Assert.True((await VerifyAsync(Lines, to: kept)).IsRight);
        Assert.Contains(
            "its end was cut off", (await VerifyAsync(Lines[..3], to: kept)).Sentence, StringComparison.Ordinal);
        Assert.Contains(
            "written anew", (await VerifyAsync(Lines, to: kept with { Hash = Trail[0].Hash })).Sentence,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trail_can_begin_behind_a_head_that_was_kept()
    {
        var kept = new AuditHead(2, Trail[1].Hash);

        Assert.True((await VerifyAsync(Lines[2..], from: kept)).IsRight);
        Assert.True((await VerifyAsync(Lines[2..], from: kept, to: kept)).IsRight);
        Assert.False((await VerifyAsync(Lines[2..])).IsRight);
        Assert.False((await VerifyAsync(Lines[2..], from: kept with { Hash = Trail[0].Hash })).IsRight);
    }

    /// <summary>Guards evidence against whoever has the database, and could chain all of it anew.</summary>
    [Fact]
    public async Task A_trail_that_was_written_anew_or_cut_off_contradicts_its_checkpoints()
    {
        var signed = new Dictionary<long, string> { [2] = Trail[1].Hash, [4] = Trail[3].Hash };
        var anew = AuditChain.Append(
            AuditHead.Empty, Trail.Select(record => record.Entry with { Actor = "nobody" })).Select(AuditLine.Write);

        Assert.True((await VerifyAsync(Lines, signed: signed)).IsRight);
        Assert.True((await VerifyAsync(Lines[2..], signed: signed)).IsRight);
        Assert.StartsWith(
            "Line 2: record 2 is not the one whose hash was kept",
            (await VerifyAsync([.. anew], signed: signed)).Sentence, StringComparison.Ordinal);
        Assert.Equal(
            "The trail ends with record 3, and record 4 was there when its hash was kept: its end was cut off.",
            (await VerifyAsync(Lines[..3], signed: signed)).Sentence);
        Assert.False((await VerifyAsync([], signed: signed)).IsRight);
        Assert.False((await VerifyAsync(Lines[1..], signed: signed)).IsRight);
    }

    [Fact]
    public void A_head_is_a_number_and_all_digits_of_a_hash()
    {
        var hash = new string('a', 64);

        Assert.Equal(new AuditHead(12, hash), AuditCommands.HeadOf($"12:{hash}"));
        Assert.All(
            (string[])["", "12", $"x:{hash}", $"-1:{hash}", $"12:{hash[1..]}", $"12:{hash[1..]}g", $"12:{hash}:"],
            text => Assert.Null(AuditCommands.HeadOf(text)));
    }

    private static Task<TrailFinding> VerifyAsync(
        string[] lines, AuditHead? from = null, AuditHead? to = null, Dictionary<long, string>? signed = null) =>
        TrailFile.VerifyAsync(
            new StringReader(string.Join('\n', lines)), from ?? AuditHead.Empty, to, signed ?? [],
            TestContext.Current.CancellationToken);
}
