using System.Buffers;
using System.Text.Json;
using Sluice.SimulatedPool.Text;

namespace Sluice.SimulatedPool.Wire;

/// <summary>Hands the bytes of a JSON string to a digest, without a copy where that is possible.</summary>
internal static class JsonText
{
    public static PromptDigest AddText(ref Utf8JsonReader reader, PromptDigest digest) =>
        Add(ref reader, digest, static (digest, utf8) => digest.WithText(utf8));

    public static PromptDigest AddImage(ref Utf8JsonReader reader, PromptDigest digest) =>
        Add(ref reader, digest, static (digest, utf8) => digest.WithImage(utf8));

    /// <exception cref="JsonException">The reader does not stand on a token of this kind.</exception>
    public static void Expect(ref Utf8JsonReader reader, JsonTokenType kind, string what)
    {
        if (reader.TokenType != kind)
        {
            throw new JsonException($"Expected {what}, found {reader.TokenType}.");
        }
    }

    private static PromptDigest Add(
        ref Utf8JsonReader reader, PromptDigest digest, Func<PromptDigest, ReadOnlySpan<byte>, PromptDigest> add)
    {
        Expect(ref reader, JsonTokenType.String, "a string");
        if (!reader.HasValueSequence && !reader.ValueIsEscaped)
        {
            return add(digest, reader.ValueSpan);
        }

        var length = reader.HasValueSequence ? (int)reader.ValueSequence.Length : reader.ValueSpan.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return add(digest, buffer.AsSpan(0, reader.CopyString(buffer)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
