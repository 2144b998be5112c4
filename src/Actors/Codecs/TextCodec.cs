namespace Sluice.Actors.Codecs;

/// <summary>How a type is a text on the wire.</summary>
internal interface ITextForm<T>
{
    static abstract bool IsNull(T value);

    /// <summary>The text of a value that is not null.</summary>
    static abstract string ToText(T value);

    /// <summary>False when no value of the type is this text.</summary>
    static abstract bool TryFrom(string text, out T value);
}

/// <summary>Types that are a text in UTF-8, or null.</summary>
internal sealed class TextCodec<T, TForm> : Codec<T>
    where TForm : ITextForm<T>
{
    internal override WireKind Kind => WireKind.Bytes;

    internal override WireKind ElementKind => WireKind.Null;

    internal override bool IsDefault(in T value) => TForm.IsNull(value);

    internal override void WriteField(ref WireWriter writer, uint number, in T value)
    {
        if (TForm.IsNull(value))
        {
            writer.WriteHead(number, WireKind.Null);
            return;
        }

        writer.WriteHead(number, WireKind.Bytes);
        writer.WriteTextContent(TForm.ToText(value));
    }

    internal override void WriteContent(ref WireWriter writer, in T value) =>
        writer.WriteTextContent(TForm.ToText(value));

    internal override T ReadContent(ref WireReader reader, WireKind kind)
    {
        if (kind == WireKind.Null)
        {
            return default!;
        }

        if (kind != WireKind.Bytes)
        {
            return Mismatch(ref reader, kind);
        }

        var text = reader.ReadTextContent();
        if (!TForm.TryFrom(text, out var value))
        {
            reader.Fail($"a text of {text.Length} characters is no {typeof(T)}");
        }

        return value;
    }
}

internal readonly struct StringForm : ITextForm<string>
{
    public static bool IsNull(string value) => value is null;

    public static string ToText(string value) => value;

    public static bool TryFrom(string text, out string value)
    {
        value = text;
        return true;
    }
}

/// <summary>As it was given, behind an 'a' when it is absolute and an 'r' when it is relative.</summary>
internal readonly struct UriForm : ITextForm<Uri>
{
    public static bool IsNull(Uri value) => value is null;

    public static string ToText(Uri value) => (value.IsAbsoluteUri ? "a" : "r") + value.OriginalString;

    public static bool TryFrom(string text, out Uri value)
    {
        value = null!;
        return text.Length > 0 && text[0] is 'a' or 'r'
            && Uri.TryCreate(text[1..], text[0] == 'a' ? UriKind.Absolute : UriKind.Relative, out value!);
    }
}

/// <summary>Two to four numbers with points between them.</summary>
internal readonly struct VersionForm : ITextForm<Version>
{
    public static bool IsNull(Version value) => value is null;

    public static string ToText(Version value) => value.ToString();

    public static bool TryFrom(string text, out Version value) => Version.TryParse(text, out value!);
}

internal readonly struct IdSpanForm : ITextForm<IdSpan>
{
    public static bool IsNull(IdSpan value) => value == default;

    public static string ToText(IdSpan value) => value.ToString();

    public static bool TryFrom(string text, out IdSpan value)
    {
        value = IdSpan.Create(text);
        return true;
    }
}

internal readonly struct GrainTypeForm : ITextForm<GrainType>
{
    public static bool IsNull(GrainType value) => value == default;

    public static string ToText(GrainType value) => value.ToString();

    public static bool TryFrom(string text, out GrainType value)
    {
        value = new GrainType(IdSpan.Create(text));
        return true;
    }
}
