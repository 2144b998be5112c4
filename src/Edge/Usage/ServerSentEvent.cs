namespace Sluice.Edge.Usage;

/// <summary>What an event of a model's stream is.</summary>
internal enum ServerSentEventKind
{
    /// <summary>A part of the answer, or a comment.</summary>
    Part,

    /// <summary>The chunk without choices that carries the usage.</summary>
    UsageOnly,

    /// <summary>The end mark, <c>[DONE]</c>.</summary>
    Done,

    /// <summary>Not an event, or one whose data is not a JSON object.</summary>
    Garbage,
}

/// <summary>
/// One event of <c>text/event-stream</c> (WHATWG HTML, section 9.2), with the blank line that ends it.
/// </summary>
internal static class ServerSentEvent
{
    /// <summary>Length of the first whole event; 0 when its blank line has not arrived.</summary>
    public static int LengthOfFirst(ReadOnlySpan<byte> bytes)
    {
        var from = 0;
        while (bytes[from..].IndexOf((byte)'\n') is var newline and >= 0)
        {
            from += newline + 1;
            if (from < bytes.Length && bytes[from] == '\n')
            {
                return from + 1;
            }

            if (from + 1 < bytes.Length && bytes[from] == '\r' && bytes[from + 1] == '\n')
            {
                return from + 2;
            }
        }

        return 0;
    }

    public static ServerSentEventKind Judge(ReadOnlySpan<byte> whole, out TokenUsage? usage)
    {
        usage = null;
        var kind = ServerSentEventKind.Part;
        foreach (var range in whole.Split((byte)'\n'))
        {
            var line = whole[range].TrimEnd((byte)'\r');
            if (line.StartsWith("data:"u8))
            {
                kind = JudgeData(line["data:".Length..].Trim((byte)' '), out usage);
            }
            else if (!line.IsEmpty && line[0] != ':' && !line.StartsWith("event:"u8)
                && !line.StartsWith("id:"u8) && !line.StartsWith("retry:"u8))
            {
                return ServerSentEventKind.Garbage;
            }

            if (kind is ServerSentEventKind.Garbage)
            {
                return kind;
            }
        }

        return kind;
    }

    private static ServerSentEventKind JudgeData(ReadOnlySpan<byte> data, out TokenUsage? usage)
    {
        usage = null;
        if (data.SequenceEqual("[DONE]"u8))
        {
            return ServerSentEventKind.Done;
        }

        if (data.IsEmpty || data[0] != '{')
        {
            return ServerSentEventKind.Garbage;
        }

        // Parsing every token's chunk would cost more than all else the edge does; only those with a usage are parsed.
        var at = data.IndexOf("\"usage\""u8);
        if (at < 0 || data[(at + "\"usage\"".Length)..].TrimStart(" :"u8).StartsWith("null"u8))
        {
            return ServerSentEventKind.Part;
        }

        var facts = AnswerReader.Read(data);
        usage = facts.Usage;
        return facts switch
        {
            { Valid: false } => ServerSentEventKind.Garbage,
            { NoChoices: true, Usage: not null } => ServerSentEventKind.UsageOnly,
            _ => ServerSentEventKind.Part,
        };
    }
}
