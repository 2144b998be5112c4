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
        var checkpoints = new Option<string?>("--checkpoints")
        {
            Description =
                "Signed checkpoints, one a line, as they were kept elsewhere: the trail must have what they say, and "
                + "may begin behind one. Wants --keys.",
        };
        var keys = new Option<string?>("--keys")
        {
            Description = "The keys that checkpoints are signed with, as GET /admin/v1/audit/keys answers.",
        };
        var verify = new Command("verify", "Verify an exported audit trail, without a running system.")
        {
            file, after, upTo, checkpoints, keys,
        };
        verify.SetAction((arguments, cancellationToken) => VerifyAsync(
            new Question(
                arguments.GetValue(file)!, arguments.GetValue(after), arguments.GetValue(upTo),
                arguments.GetValue(checkpoints), arguments.GetValue(keys)),
            cancellationToken));
        return new Command("audit", "The audit trail.") { verify };
    }

    /// <summary>A head as people keep it; null when it is none.</summary>
    internal static AuditHead? HeadOf(string text) =>
        text.Split(':') is [var sequence, { Length: 64 } hash]
        && long.TryParse(sequence, out var number) && number >= 0 && hash.All(char.IsAsciiHexDigitLower)
            ? new AuditHead(number, hash)
            : null;

    private sealed record Question(string File, string? After, string? UpTo, string? Checkpoints, string? Keys);

    private static async Task<int> VerifyAsync(Question asked, CancellationToken cancellationToken)
    {
        var from = asked.After is null ? AuditHead.Empty : HeadOf(asked.After);
        var to = asked.UpTo is null ? null : HeadOf(asked.UpTo);
        if (from is null || (asked.UpTo is not null && to is null))
        {
            return await TellAsync(
                "A head is SEQUENCE:HASH, such as 12:4f0c… with all 64 digits: what GET /admin/v1/audit/head answers.");
        }

        if (asked.Checkpoints is null != (asked.Keys is null))
        {
            return await TellAsync("--checkpoints and --keys go together: without a key no checkpoint can be judged.");
        }

        var path = asked.File;
        try
        {
            IReadOnlyDictionary<long, string> signed = new Dictionary<long, string>();
            if (asked.Checkpoints is not null)
            {
                var keySet = await File.ReadAllTextAsync(path = asked.Keys!, cancellationToken);
                using var lines = File.OpenText(path = asked.Checkpoints);
                var (read, sentence) = await CheckpointFile.ReadAsync(lines, keySet, cancellationToken);
                if (read is null)
                {
                    await Console.Error.WriteLineAsync(sentence);
                    return ExitCodes.Broken;
                }

                signed = read;
            }

            path = asked.File;
            using var reader = path == "-" ? Console.In : File.OpenText(path);
            var found = await TrailFile.VerifyAsync(reader, from.Value, to, signed, cancellationToken);
            await (found.IsRight ? Console.Out : Console.Error).WriteLineAsync(found.Sentence);
            return found.IsRight ? ExitCodes.Done : ExitCodes.Broken;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return await TellAsync($"'{path}' cannot be read: {exception.Message}");
        }
    }

    private static async Task<int> TellAsync(string sentence)
    {
        await Console.Error.WriteLineAsync(sentence);
        return ExitCodes.CannotTell;
    }
}
