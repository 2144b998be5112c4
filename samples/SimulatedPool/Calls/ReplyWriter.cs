using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>
/// Writes whole bodies. They are not flushed: Kestrel sends them when the handler has returned, so a client that has
/// an answer can rely on the pool having counted its end.
/// </summary>
internal static class ReplyWriter
{
    public const string JsonType = "application/json";
    public const string EventStreamType = "text/event-stream; charset=utf-8";

    public static void Write<T>(HttpResponse response, T value, JsonTypeInfo<T> type) =>
        Write(response, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static void WriteError(HttpResponse response, PoolError error)
    {
        response.StatusCode = error.Status;
        if (error.RetryAfter is not null)
        {
            response.Headers.RetryAfter = error.RetryAfter;
        }

        Write(response, new ErrorReply(error), PoolJson.Wire.ErrorReply);
    }

    /// <summary>Announces the whole body, sends half of it and breaks the connection.</summary>
    /// <exception cref="SimulatedCutException">Always, after the half is sent.</exception>
    public static async Task WriteHalfAsync(HttpResponse response, byte[] json, CancellationToken cancellationToken)
    {
        response.ContentType = JsonType;
        response.ContentLength = json.Length;
        await response.BodyWriter.WriteAsync(json.AsMemory(0, json.Length / 2), cancellationToken);
        throw new SimulatedCutException();
    }

    public static void Write(HttpResponse response, byte[] json)
    {
        response.ContentType = JsonType;
        response.ContentLength = json.Length;
        response.BodyWriter.Write(json);
    }
}
