using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Writes server-sent events. They leave at <see cref="FlushAsync"/> or when the handler ends.</summary>
internal sealed class EventStream(PipeWriter body) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(body, PoolJson.Writer);

    /// <summary>One event with JSON as its data.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> type)
    {
        body.Write("data: "u8);
        JsonSerializer.Serialize(_json, value, type);
        _json.Flush();
        _json.Reset();
        body.Write("\n\n"u8);
    }

    /// <summary>The end mark of the OpenAI interface.</summary>
    public void WriteDone() => body.Write("data: [DONE]\n\n"u8);

    public async ValueTask FlushAsync(CancellationToken cancellationToken) => await body.FlushAsync(cancellationToken);

    public void Dispose() => _json.Dispose();
}
