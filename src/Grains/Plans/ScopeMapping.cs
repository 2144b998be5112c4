using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Plans;

/// <summary>Which calls a limit counts, between the wire and the rules.</summary>
internal static class ScopeMapping
{
    private const int MappedBits = 96; // Of an IPv4 address that IPv6 maps, before its own 32.

    /// <summary>What cannot be read becomes what the rules name as a mistake.</summary>
    public static LimitScope? ToRule(this ScopeDefinition scope) => LimitScope.Of(
        [.. scope.Models ?? []], [.. scope.Endpoints ?? []], [.. scope.KeyVersions ?? []],
        [.. (scope.Addresses ?? []).Select(ToNetwork)]);

    /// <summary>What a call is, by its request.</summary>
    public static CallFacts ToFacts(this AdmitRequest request) =>
        FactsOf(request.Model, request.Endpoint, request.KeyVersion, request.ClientAddress);

    /// <summary>What a call is; an endpoint that is empty and an address that is 0 are not known.</summary>
    public static CallFacts FactsOf(string model, string? endpoint, int keyVersion, UInt128 address) => new(
        model,
        string.IsNullOrEmpty(endpoint) ? null : endpoint,
        keyVersion,
        address == UInt128.Zero ? null : address);

    /// <summary>What cannot be read has fewer than 0 bits, which the rules name as a mistake.</summary>
    public static AddressNetwork ToNetwork(string text)
    {
        if (!IPNetwork.TryParse(text, out var network))
        {
            return new AddressNetwork(UInt128.Zero, Bits: -1);
        }

        Span<byte> bytes = stackalloc byte[16];
        network.BaseAddress.MapToIPv6().TryWriteBytes(bytes, out _);
        var isV4 = network.BaseAddress.AddressFamily is AddressFamily.InterNetwork;
        return new AddressNetwork(
            BinaryPrimitives.ReadUInt128BigEndian(bytes), network.PrefixLength + (isV4 ? MappedBits : 0));
    }
}
