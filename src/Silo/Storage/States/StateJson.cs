using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Silo.Storage.States;

/// <summary>
/// How a state is written down: camelCase, enums by name, times as ISO 8601, spans as <c>hh:mm:ss</c>. Reading ignores
/// members it does not know and leaves members it does not find at their defaults, so that neighbouring versions of
/// the program share rows. Stored types therefore only grow, and no later member may be <c>required</c>.
/// </summary>
internal static class StateJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        IgnoreReadOnlyProperties = true, // Worked out from others; stored, they could only contradict them.
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new StorableTextConverter() },
    };

    public static string Write<T>(T state) => JsonSerializer.Serialize(state, Options);

    /// <exception cref="JsonException">No version has written such a <typeparamref name="T"/>.</exception>
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)
        ?? throw new JsonException($"A stored {typeof(T).Name} is null.");

    /// <summary>
    /// PostgreSQL stores every character but NUL. It becomes U+FFFD, as broken surrogates do anyway, rather than
    /// failing a write for a label that somebody typed.
    /// </summary>
    private sealed class StorableTextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Replace('\0', '\uFFFD'));

        public override string ReadAsPropertyName(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

        public override void WriteAsPropertyName(
            Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value.Replace('\0', '\uFFFD'));
    }
}
