using System.Text.Json;

namespace Sluice.Edge.Calls;

/// <summary>What the value of a name within messages is to a model.</summary>
internal enum PartName
{
    /// <summary>A text, or anything that is not known to be something else.</summary>
    Text,

    /// <summary>Nothing that models read.</summary>
    Ignored,

    /// <summary>How closely an image is looked at.</summary>
    Detail,

    /// <summary>The address of an image, or an object that has it.</summary>
    Image,

    /// <summary>The address within such an object.</summary>
    Url,

    /// <summary>Something in base64 without an address around it.</summary>
    Base64,

    /// <summary>A document in base64.</summary>
    File,

    /// <summary>A document that stands elsewhere.</summary>
    FileElsewhere,

    /// <summary>A sound or a film.</summary>
    Media,
}

/// <summary>The names by which chats and the Responses API tell texts, images, documents and media apart.</summary>
internal static class PartNames
{
    private const int LengthMax = 16; // Longer than any that is looked for.

    /// <summary>
    /// What the name is that the reader stands on. Half characters are not looked at: in a name that is only passed on
    /// they are nobody's business.
    /// </summary>
    public static PartName Of(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Of(reader.ValueSpan);
        }

        Span<byte> name = stackalloc byte[LengthMax];
        var raw = reader.ValueSpan;
        name = name[..JsonEscapes.CopyAscii(ref raw, name)];
        return raw.IsEmpty ? Of(name) : PartName.Text;
    }

    private static PartName Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 when name.SequenceEqual("url"u8) => PartName.Url,
        4 when name.SequenceEqual("type"u8) || name.SequenceEqual("role"u8) => PartName.Ignored,
        4 when name.SequenceEqual("data"u8) => PartName.Base64,
        5 when name.SequenceEqual("image"u8) => PartName.Image,
        5 when name.SequenceEqual("video"u8) || name.SequenceEqual("audio"u8) => PartName.Media,
        6 when name.SequenceEqual("detail"u8) => PartName.Detail,
        7 when name.SequenceEqual("file_id"u8) => PartName.FileElsewhere,
        8 when name.SequenceEqual("file_url"u8) => PartName.FileElsewhere,
        9 when name.SequenceEqual("image_url"u8) => PartName.Image,
        9 when name.SequenceEqual("file_data"u8) => PartName.File,
        9 when name.SequenceEqual("audio_url"u8) || name.SequenceEqual("video_url"u8) => PartName.Media,
        11 when name.SequenceEqual("input_audio"u8) => PartName.Media,
        _ => PartName.Text,
    };
}
