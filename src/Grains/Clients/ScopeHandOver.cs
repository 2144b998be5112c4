using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>Which calls a limit counts, as it is handed over. Lists that a version leaves out are null.</summary>
[GenerateSerializer, Immutable, Alias("sluice.ScopeHandOver")]
public sealed record ScopeHandOver
{
    [Id(0)] public string[]? Models { get; init; }

    [Id(1)] public string[]? Endpoints { get; init; }

    [Id(2)] public int[]? KeyVersions { get; init; }

    [Id(3)] public NetworkHandOver[]? Addresses { get; init; }

    internal static ScopeHandOver? Of(LimitScope? scope) => scope is null ? null : new ScopeHandOver
    {
        Models = [.. scope.Models],
        Endpoints = [.. scope.Endpoints],
        KeyVersions = [.. scope.KeyVersions],
        Addresses = [.. scope.Addresses.Select(network => new NetworkHandOver(network.First, network.Bits))],
    };

    internal LimitScope? ToRule() => LimitScope.Of(
        [.. Models ?? []], [.. Endpoints ?? []], [.. KeyVersions ?? []],
        [.. (Addresses ?? []).Select(network => new AddressNetwork(network.First, network.Bits))]);
}

/// <param name="First">One of its addresses.</param>
/// <param name="Bits">How many first bits its addresses share.</param>
[GenerateSerializer, Immutable, Alias("sluice.NetworkHandOver")]
public readonly record struct NetworkHandOver([property: Id(0)] UInt128 First, [property: Id(1)] int Bits);

/// <summary>What a running call is, as far as limits ask.</summary>
[GenerateSerializer, Immutable, Alias("sluice.CallHandOver")]
public sealed record CallHandOver
{
    [Id(0)] public string Model { get; init; } = "";

    /// <summary>Null when it is not known.</summary>
    [Id(1)] public string? Endpoint { get; init; }

    /// <summary>0 when it is not known.</summary>
    [Id(2)] public int KeyVersion { get; init; }

    /// <summary>Null when it is not known.</summary>
    [Id(3)] public UInt128? Address { get; init; }

    internal static CallHandOver? Of(CallFacts? call) => call is null ? null : new CallHandOver
    {
        Model = call.Model, Endpoint = call.Endpoint, KeyVersion = call.KeyVersion, Address = call.Address,
    };

    internal CallFacts ToRule() => new(Model ?? "", Endpoint, KeyVersion, Address);
}
