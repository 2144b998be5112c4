namespace Sluice.SimulatedPool.Text;

/// <summary>
/// What the pool remembers of a prompt: enough to count it and to answer it the same way again. The text itself is
/// never kept, which makes reading a request nearly free of allocation.
/// </summary>
/// <param name="Hash">Hash of all parts in their order. The same on every machine.</param>
/// <param name="Tokens">Tokens by the <see cref="TokenRule"/>, 0 or more.</param>
/// <param name="Images">Images among the parts, 0 or more.</param>
internal readonly record struct PromptDigest(ulong Hash, int Tokens, int Images)
{
    private const ulong Offset = 14695981039346656037; // FNV-1a, 64 bits.
    private const ulong Prime = 1099511628211;

    public static readonly PromptDigest Empty = new(Offset, 0, 0);

    public PromptDigest WithText(ReadOnlySpan<byte> utf8) =>
        new(HashOf(Hash, utf8), Tokens + TokenRule.OfText(utf8.Length), Images);

    /// <summary>An image by its address; what a remote address points to is never fetched.</summary>
    public PromptDigest WithImage(ReadOnlySpan<byte> url) =>
        new(HashOf(Hash, url), Tokens + TokenRule.TokensPerImage, Images + 1);

    /// <summary>A prompt given as token numbers, one at a time.</summary>
    public PromptDigest WithToken(int token) => new((Hash ^ (uint)token) * Prime, Tokens + 1, Images);

    /// <summary>A chat message, framed.</summary>
    public PromptDigest WithMessage(PromptDigest message) => new(
        (Hash ^ message.Hash) * Prime,
        Tokens + message.Tokens + TokenRule.TokensPerMessage,
        Images + message.Images);

    private static ulong HashOf(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * Prime;
        }

        return (hash ^ (uint)bytes.Length) * Prime; // The length keeps "ab","c" and "a","bc" apart.
    }
}
