namespace Sluice.Edge.Calls;

/// <summary>Makes a streaming request ask for its usage, in place, by moving the tail of the body a little.</summary>
internal static class UsageAsking
{
    /// <summary>Most bytes a body grows by.</summary>
    public const int GrowthMax = 48;

    /// <summary>
    /// The length of the body once it asks. Requires <see cref="GrowthMax"/> bytes of room behind it.
    /// </summary>
    public static int Ask(Span<byte> buffer, int length, CallBodyFacts facts)
    {
        if (!facts.Stream || facts.IncludeUsage is true)
        {
            return length;
        }

        if (facts.UsageAt >= 0)
        {
            return Splice(buffer, length, facts.UsageAt, "false"u8.Length, "true"u8);
        }

        if (facts.OptionsNullAt >= 0)
        {
            return Splice(buffer, length, facts.OptionsNullAt, "null"u8.Length, "{\"include_usage\":true}"u8);
        }

        return facts.OptionsAt >= 0
            ? Splice(
                buffer,
                length,
                facts.OptionsAt,
                0,
                facts.OptionsEmpty ? "\"include_usage\":true"u8 : "\"include_usage\":true,"u8)
            : Splice(buffer, length, facts.EndAt, 0, ",\"stream_options\":{\"include_usage\":true}"u8);
    }

    /// <summary>Where <see cref="Ask"/> changes a body: nothing before it moves. -1 when it changes nothing.</summary>
    public static int PlaceOf(CallBodyFacts facts) => facts switch
    {
        { Stream: false } or { IncludeUsage: true } => -1,
        { UsageAt: >= 0 } => facts.UsageAt,
        { OptionsNullAt: >= 0 } => facts.OptionsNullAt,
        { OptionsAt: >= 0 } => facts.OptionsAt,
        _ => facts.EndAt,
    };

    /// <summary>Puts bytes in the place of others; the new length. Requires room behind the body.</summary>
    public static int Splice(Span<byte> buffer, int length, int at, int removed, ReadOnlySpan<byte> inserted)
    {
        buffer[(at + removed)..length].CopyTo(buffer[(at + inserted.Length)..]);
        inserted.CopyTo(buffer[at..]);
        return length - removed + inserted.Length;
    }
}
