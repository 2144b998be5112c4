using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Sluice.SimulatedPool.Records;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Reads a JSON body to its end, then parses it where it lies.</summary>
internal static class BodyReader
{
    private const int RecordedBytesMax = 256 * 1024;

    /// <summary>The body, or what is wrong with it; one of the two is null.</summary>
    public static async ValueTask<(T? Body, PoolError? Error)> ReadAsync<T>(PoolCall call, JsonTypeInfo<T> type)
        where T : class
    {
        var reader = call.Context.Request.BodyReader;
        try
        {
            var result = await reader.ReadAsync(call.Aborted);
            while (!result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                result = await reader.ReadAsync(call.Aborted);
            }

            Record(call.Recorded, result.Buffer);
            var parsed = Parse(result.Buffer, type);
            reader.AdvanceTo(result.Buffer.End);
            return parsed;
        }
        catch (BadHttpRequestException failure) when (failure.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, PoolError.BodyTooLarge);
        }
    }

    private static (T? Body, PoolError? Error) Parse<T>(in ReadOnlySequence<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var reader = json.IsSingleSegment ? new Utf8JsonReader(json.FirstSpan) : new Utf8JsonReader(json);
            var body = JsonSerializer.Deserialize(ref reader, type);
            reader.Read(); // Fails if anything but white space follows.
            return body is null ? (null, PoolError.NotJson("It must be an object.")) : (body, null);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return (null, PoolError.NotJson(failure.Message));
        }
    }

    private static void Record(RecordedRequest? recorded, in ReadOnlySequence<byte> body)
    {
        if (recorded is not null)
        {
            recorded.Body = Encoding.UTF8.GetString(body.Slice(0, Math.Min(body.Length, RecordedBytesMax)));
        }
    }
}
