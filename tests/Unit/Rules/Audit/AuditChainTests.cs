using Sluice.Rules.Audit;
using Xunit;

namespace Sluice.Unit.Rules.Audit;

public sealed class AuditChainTests
{
    private static readonly AuditEntry Entry = new(
        "0199", 1_766_361_600_123_456, "client/0123456789Ab/1",
        new AuditNote("plan.create", "plan/gold", "", "ab", "{\"before\":{},\"after\":{}}"));

    /// <summary>Guards trails that were exported: worked out by another implementation.</summary>
    [Fact]
    public void A_record_has_the_same_hash_for_ever()
    {
        const string Expected = "1ee41aaf1c5ed00fea8324674c353061ee3571f39407c4769c54017d240abece";

        var record = AuditChain.Append(AuditHead.Empty, [Entry])[0];

        Assert.Equal((1, Expected), (record.Sequence, record.Hash));
    }

    [Fact]
    public void A_record_is_written_as_one_line_that_people_can_read() => Assert.Equal(
        """
        {"sequence":1,"id":"0199","at":"2025-12-22T00:00:00.123456Z","actor":"client/0123456789Ab/1",
        "action":"plan.create","subject":"plan/gold","before":"","after":"ab",
        "detail":"{\"before\":{},\"after\":{}}","hash":"h"}
        """.ReplaceLineEndings(""),
        AuditLine.Write(new AuditRecord(1, Entry, "h")));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("1")]
    [InlineData("""{"sequence":1}""")]
    public void What_is_no_record_is_not_read_as_one(string line) => Assert.Null(AuditLine.Read(line));

    [Fact]
    public void A_member_more_or_twice_or_elsewhere_is_no_record()
    {
        var line = AuditLine.Write(new AuditRecord(1, Entry, "h"));

        Assert.Null(AuditLine.Read(line[..^1] + ",\"more\":1}"));
        Assert.Null(AuditLine.Read(line[..^1] + ",\"hash\":\"h\"}"));
        Assert.Null(AuditLine.Read("{\"hash\":\"h\"," + line[1..^11] + "}"));
        Assert.Null(AuditLine.Read(line.Replace("\"sequence\":1", "\"sequence\":1.5", StringComparison.Ordinal)));
        Assert.Null(AuditLine.Read(line.Replace("\"actor\":\"", "\"actor\":1,\"x\":\"", StringComparison.Ordinal)));
    }
}
