using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Bench.Report;

namespace Sluice.Bench.Edge;

/// <summary>Every figure of every round, for programs. Durations are in microseconds.</summary>
internal static class EdgeJson
{
    public static async Task WriteAsync(
        FileInfo file, RunFacts run, EdgeSettings settings, IReadOnlyList<EdgeSection> sections)
    {
        await using var stream = file.Create();
        var document = new EdgeDocument(run, settings, sections);
        await JsonSerializer.SerializeAsync(stream, document, EdgeJsonContext.Default.EdgeDocument);
    }
}

internal sealed record EdgeDocument(RunFacts Run, EdgeSettings Settings, IReadOnlyList<EdgeSection> Sections);

internal sealed class MicrosecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TimeSpan.FromMicroseconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Round(value.TotalMicroseconds, 1));
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(MicrosecondsConverter)])]
[JsonSerializable(typeof(EdgeDocument))]
internal sealed partial class EdgeJsonContext : JsonSerializerContext;
