using Sluice.Actors.Codecs;

namespace Sluice.Actors.Wire;

/// <summary>A request context: a few values of plain types under their keys.</summary>
internal static class ContextCodec
{
    private const int MostValues = 256;

    private enum Kind : byte
    {
        Text = 1,
        Integer = 2,
        Truth = 3,
        Id = 4,
    }

    /// <exception cref="NotSupportedException">A value is of a type that does not travel.</exception>
    internal static void Write(ref WireWriter writer, Dictionary<string, object> context)
    {
        if (context.Count > MostValues)
        {
            throw new NotSupportedException(
                $"A request context of {context.Count} values cannot travel; {MostValues} can.");
        }

        writer.WriteVarint((ulong)context.Count);
        foreach (var (key, value) in context)
        {
            writer.WriteText(key);
            switch (value)
            {
                case string text:
                    writer.WriteByte((byte)Kind.Text);
                    writer.WriteText(text);
                    break;
                case int or long:
                    writer.WriteByte((byte)Kind.Integer);
                    CodecCatalog.Of<long>().Write(ref writer, Convert.ToInt64(value, null));
                    break;
                case bool truth:
                    writer.WriteByte((byte)Kind.Truth);
                    writer.WriteByte(truth ? (byte)1 : (byte)0);
                    break;
                case Guid id:
                    writer.WriteByte((byte)Kind.Id);
                    CodecCatalog.Of<Guid>().Write(ref writer, id);
                    break;
                default:
                    throw new NotSupportedException(
                        $"The request context has a {value.GetType()} under '{key}'. Text, integers, booleans and "
                        + "Guids travel to another silo.");
            }
        }
    }

    internal static Dictionary<string, object> Read(ref WireReader reader)
    {
        var count = reader.ReadVarint();
        if (count > MostValues)
        {
            throw new MalformedPayloadException($"A request context of {count} values.");
        }

        var context = new Dictionary<string, object>((int)count, StringComparer.Ordinal);
        for (; count > 0; count--)
        {
            var key = reader.ReadText() ?? throw new MalformedPayloadException("A request context without a key.");
            context[key] = (Kind)reader.ReadByte() switch
            {
                Kind.Text => reader.ReadText() ?? throw new MalformedPayloadException("A text is missing."),
                Kind.Integer => CodecCatalog.Of<long>().Read(ref reader),
                Kind.Truth => reader.ReadByte() != 0,
                Kind.Id => CodecCatalog.Of<Guid>().Read(ref reader),
                _ => throw new MalformedPayloadException("A request context with a value of an unknown kind."),
            };
        }

        return context;
    }
}
