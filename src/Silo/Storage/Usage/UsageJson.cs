using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Sluice.Silo.Storage.Usage;

/// <summary>Columns of texts and whole numbers as JSON, for a database that has no arrays.</summary>
internal static class UsageJson
{
    /// <summary>An array of texts.</summary>
    public static string Of(string[] texts) => JsonSerializer.Serialize(texts);

    /// <summary>An array with one array for each row, which has a member for each column.</summary>
    /// <param name="columns">Of texts or of whole numbers of 64 bits, all as long.</param>
    public static string Of(Array[] columns)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            for (var row = 0; row < columns[0].Length; row++)
            {
                json.WriteStartArray();
                foreach (var column in columns)
                {
                    if (column is long[] numbers)
                    {
                        json.WriteNumberValue(numbers[row]);
                    }
                    else
                    {
                        json.WriteStringValue(((string[])column)[row]);
                    }
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
