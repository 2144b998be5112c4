using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Grains.Abstractions.Calls;
using DecisionId = Sluice.Rules.Admission.DecisionId;

namespace Sluice.Silo.Storage.Calls;

/// <summary>A call as a line of JSON, at rest and as it is exported. Members only ever are added.</summary>
internal sealed record CallLine(
    string RequestId,
    DateTime At,
    string Client,
    int KeyVersion,
    string Credential,
    string Method,
    string Path,
    int Status,
    string Code,
    double LatencyMs,
    string ClientIp,
    string UserAgent,
    string Model,
    string Pool,
    string Decision)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    public static CallLine Of(CallBatch batch, CallRecord call) => new(
        string.Create(null, $"req_{batch.EdgeSession:x}_{call.Sequence:x}"),
        DateTime.UnixEpoch.AddMicroseconds(call.At),
        call.ClientId,
        call.KeyVersion,
        call.ClientId.Length == 0 ? "" : call.ByToken ? "token" : "key",
        call.Method,
        call.Path,
        call.Status,
        call.Code,
        call.Duration / 1_000.0,
        AddressOf(call.Address),
        call.Agent,
        call.Model,
        call.Pool,
        call.IsDecided ? new DecisionId(call.ClientId, new(batch.EdgeSession, call.Sequence)).ToString() : "");

    /// <summary>Without its end; empty members are left out.</summary>
    public string Write() => JsonSerializer.Serialize(this, Json);

    /// <summary>As it was written; null when it is no line.</summary>
    public static CallLine? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<CallLine>(line, Json);
        }
        catch (JsonException)
        {
            return null; // Of a newer version that has changed what must not change; the reader tells.
        }
    }

    private static string AddressOf(UInt128 address)
    {
        if (address == UInt128.Zero)
        {
            return "";
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        var ip = new IPAddress(bytes);
        return (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString();
    }
}
