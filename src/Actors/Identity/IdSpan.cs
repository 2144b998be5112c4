namespace Sluice.Actors;

/// <summary>
/// The text of one part of a grain's identity: a type or a key. Compared ordinally, byte for byte; <c>default</c> is
/// no identity and equals only itself.
/// </summary>
public readonly struct IdSpan : IEquatable<IdSpan>
{
    private readonly string? _text;

    private IdSpan(string text) => _text = text;

    /// <summary>True for <c>default</c> and for the empty text.</summary>
    public bool IsDefault => string.IsNullOrEmpty(_text);

    /// <summary>The identity with the given text.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="id"/> is null.</exception>
    public static IdSpan Create(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new IdSpan(id);
    }

    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);

    public bool Equals(IdSpan obj) => string.Equals(_text, obj._text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    /// <summary>Differs between processes, so that nobody outside can choose keys that collide.</summary>
    public override int GetHashCode() => _text is null ? 0 : _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text; empty for <c>default</c>.</summary>
    public override string ToString() => _text ?? "";
}
