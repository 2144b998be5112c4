using System.Net;
using System.Text.Json;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Policies;

namespace Sluice.Edge.Policies;

/// <summary>
/// What a policy agent is asked about a call. Calls that are the same in all of it get the same answer.
/// </summary>
/// <param name="ClientId">Who calls.</param>
/// <param name="KeyVersion">With which of its keys, or with a token that was issued for it.</param>
/// <param name="Roles">The roles that the call is made with, in the order that was said, between spaces.</param>
/// <param name="ClientRole">The client's own role.</param>
/// <param name="Tenant">The client's tenant.</param>
/// <param name="Plan">The client's plan.</param>
/// <param name="Model">The model asked for.</param>
/// <param name="Endpoint">The path behind <c>/v1/</c>.</param>
/// <param name="Features">What it asks for.</param>
/// <param name="Address">Where it came from; 0 when that is not known.</param>
internal readonly record struct PolicyQuestion(
    string ClientId, int KeyVersion, string Roles, string ClientRole, string Tenant, string Plan, string Model,
    string Endpoint, CallFeatures Features, UInt128 Address)
{
    private static readonly CallFeatures[] AllFeatures =
        [CallFeatures.Images, CallFeatures.Batch, CallFeatures.Priority];

    /// <summary>The question about a call; null when it is not known whose it is.</summary>
    public static PolicyQuestion? Of(ModelCall call, in AdmitReply reply) => reply.Usage is not { } terms
        ? null
        : new PolicyQuestion(
            call.Caller.ClientId,
            call.Caller.KeyVersion,
            call.Caller.Token?.Use.Roles is { } roles ? string.Join(' ', roles) : terms.Role,
            terms.Role,
            terms.Tenant,
            terms.Plan,
            call.Body.Model,
            call.Endpoint,
            RoleCall.FeaturesOf(call.Body.Input.Images, call.Body.Input.Pages, call.Body.Priority),
            call.ClientAddress);

    /// <summary>As the agent is asked: <c>{"input":{…}}</c>.</summary>
    public byte[] ToJson(DateTimeOffset now)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartObject("input");
            json.WriteStartObject("principal");
            json.WriteString("client", ClientId);
            json.WriteNumber("keyVersion", KeyVersion);
            json.WriteString("role", ClientRole);
            json.WriteEndObject();
            WriteList(json, "roles", Roles.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            json.WriteString("tenant", Tenant);
            json.WriteString("plan", Plan);
            json.WriteString("action", "models:call");
            json.WriteString("resource", $"models/{Model}");
            json.WriteString("model", Model);
            json.WriteString("endpoint", Endpoint);
            var features = Features;
            WriteList(json, "features", AllFeatures.Where(one => (features & one) != 0)
                .Select(one => JsonNamingPolicy.CamelCase.ConvertName(one.ToString())));
            json.WriteString("time", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null));
            json.WriteString("address", Address == UInt128.Zero ? "" : AddressText(Address));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string AddressText(UInt128 bits)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        var address = new IPAddress(bytes);
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
