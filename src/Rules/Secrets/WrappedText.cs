using System.Buffers.Text;

namespace Sluice.Rules.Secrets;

/// <summary>
/// A data key at rest that somebody else has wrapped, such as a vault: <c>w1.ALGORITHM.KEY.DATA</c>. It names its
/// layout, its algorithm and the master key like <see cref="SealedText"/>; DATA is base64url of what the other one
/// answered.
/// </summary>
/// <param name="Algorithm">What was asked of it; 1 to 32 of A-Z, a-z, 0-9 and '-'.</param>
/// <param name="KeyId">Names the master key; see <see cref="SealedText.IsKeyId"/>.</param>
/// <param name="Data">What it answered; at most <see cref="DataMax"/> bytes.</param>
public sealed record WrappedText(string Algorithm, string KeyId, byte[] Data)
{
    /// <summary>Most bytes of what was answered: more than any key of any kind makes of 64 bytes.</summary>
    public const int DataMax = 4096;

    private const string Head = "w1.";

    /// <summary>A text, read; null when it is none.</summary>
    public static WrappedText? Parse(string text) =>
        text.StartsWith(Head, StringComparison.Ordinal)
        && text[Head.Length..].Split('.') is [{ Length: >= 1 and <= 32 } algorithm, var keyId, var data]
        && algorithm.All(one => char.IsAsciiLetterOrDigit(one) || one == '-')
        && SealedText.IsKeyId(keyId)
        && data.Length <= Base64Url.GetEncodedLength(DataMax)
        && Base64Url.IsValid(data)
        && Base64Url.DecodeFromChars(data) is { Length: > 0 } bytes
        && Base64Url.EncodeToString(bytes) == data // One text for one answer.
            ? new WrappedText(algorithm, keyId, bytes)
            : null;

    /// <summary>The master key that a wrapped data key names, whoever wrapped it; null when it names none.</summary>
    public static string? KeyIdOf(string text) => Parse(text)?.KeyId ?? SealedText.KeyIdOf(text);

    /// <summary>The algorithm that a wrapped data key or a sealed secret names; null when it is neither.</summary>
    public static string? AlgorithmOf(string text) =>
        Parse(text)?.Algorithm ?? (SealedText.KeyIdOf(text) is null ? null : SealedText.Algorithm);

    public override string ToString() => $"{Head}{Algorithm}.{KeyId}.{Base64Url.EncodeToString(Data)}";
}
