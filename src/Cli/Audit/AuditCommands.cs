using System.CommandLine;
using Sluice.Rules.Audit;

namespace Sluice.Cli.Audit;

/// <summary><c>sluice audit</c>.</summary>
internal static class AuditCommands
{
    public static Command Make()
    {
        var file = new Argument<string>("file")
        {
            Description =
                "An exported trail, one record a line, as GET /admin/v1/audit answers; - is the standard input.",
        };
        var after = new Option<string?>("--after")
        {
            Description =
                "A head that was kept, as SEQUENCE:HASH: the file begins behind it. Left out: at the beginning.",
        };
        var upTo = new Option<string?>("--up-to")
        {
            Description =
                "A head that was kept, as SEQUENCE:HASH: the trail must have it. Finds an end that was cut off.",
        };
        var verify = new Command("verify", "Verify an exported audit trail, without a running system.")
        {
            file, after, upTo,
        };
        verify.SetAction((arguments, cancellationToken) => VerifyAsync(
            arguments.GetValue(file)!, arguments.GetValue(after), arguments.GetValue(upTo), cancellationToken));
        return new Command("audit", "The audit trail.") { verify };
    }

    /// <summary>A head as people keep it; null when it is none.</summary>
    internal static AuditHead? HeadOf(string text) =>
        text.Split(':') is [var sequence, { Length: 64 } hash]
        && long.TryParse(sequence, out var number) && number >= 0 && hash.All(char.IsAsciiHexDigitLower)
            ? new AuditHead(number, hash)
            : null;

    private static async Task<int> VerifyAsync(
        string file, string? after, string? upTo, CancellationToken cancellationToken)
    {
        var (from, to) = (AuditHead.Empty, (AuditHead?)null);
        if ((after is not null && HeadOf(after) is null) || (upTo is not null && HeadOf(upTo) is null))
        {
            await Console.Error.WriteLineAsync(
                "A head is SEQUENCE:HASH, such as 12:4f0c… with all 64 digits: what GET /admin/v1/audit/head answers.");
            return ExitCodes.CannotTell;
        }

        from = after is null ? from : HeadOf(after)!.Value;
        to = upTo is null ? null : HeadOf(upTo);
        try
        {
            using var reader = file == "-" ? Console.In : File.OpenText(file);
            var found = await TrailFile.VerifyAsync(reader, from, to, cancellationToken);
            await (found.IsRight ? Console.Out : Console.Error).WriteLineAsync(found.Sentence);
            return found.IsRight ? ExitCodes.Done : ExitCodes.Broken;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"'{file}' cannot be read: {exception.Message}");
            return ExitCodes.CannotTell;
        }
    }
}
