using System.Collections.Immutable;
using Sluice.Rules.Policies;

namespace Sluice.Rules.Limits;

/// <summary>What a call is, as far as limits may ask.</summary>
/// <param name="Model">The model asked for.</param>
/// <param name="Endpoint">The path behind <c>/v1/</c>, such as <c>chat/completions</c>; null: not known.</param>
/// <param name="KeyVersion">The version of the key that it was made with; 0 when it is not known.</param>
/// <param name="Address">Where it came from, an IPv4 address as one that IPv6 maps; null when it is not known.</param>
public sealed record CallFacts(string Model, string? Endpoint = null, int KeyVersion = 0, UInt128? Address = null);

/// <summary>A network: the addresses with the same first bits. An IPv4 network is one that IPv6 maps.</summary>
/// <param name="First">One of its addresses.</param>
/// <param name="Bits">How many bits they share; 0 to 128.</param>
public readonly record struct AddressNetwork(UInt128 First, int Bits)
{
    public bool Contains(UInt128 address) => Bits == 0 || (address ^ First) >> (128 - Bits) == UInt128.Zero;
}

/// <summary>
/// Which calls a limit counts: those that fit one entry of every list which is not empty. A fact that is not known fits
/// no entry, so a limit on it does not count the call.
/// </summary>
/// <param name="Models">Names, or beginnings followed by '*'.</param>
/// <param name="Endpoints">Paths behind <c>/v1/</c>.</param>
/// <param name="KeyVersions">Versions of the client's keys.</param>
/// <param name="Addresses">Networks.</param>
public sealed record LimitScope(
    ImmutableArray<string> Models,
    ImmutableArray<string> Endpoints,
    ImmutableArray<int> KeyVersions,
    ImmutableArray<AddressNetwork> Addresses)
{
    /// <summary>The scope of these lists; null when it leaves nothing out.</summary>
    public static LimitScope? Of(
        ImmutableArray<string> models, ImmutableArray<string> endpoints, ImmutableArray<int> keyVersions,
        ImmutableArray<AddressNetwork> addresses) =>
        models.IsEmpty && endpoints.IsEmpty && keyVersions.IsEmpty && addresses.IsEmpty
            ? null
            : new LimitScope(models, endpoints, keyVersions, addresses);

    /// <summary>Most entries of a list.</summary>
    public const int EntriesMax = 64;

    private const int EndpointLengthMax = 100;

    /// <summary>Whether a limit of this scope counts the call.</summary>
    public bool Includes(CallFacts call) =>
        (Models.IsEmpty || ModelAccess.Any(Models, call.Model))
        && (Endpoints.IsEmpty || (call.Endpoint is { } endpoint && Endpoints.Contains(endpoint)))
        && (KeyVersions.IsEmpty || KeyVersions.Contains(call.KeyVersion))
        && (Addresses.IsEmpty || (call.Address is { } address && IsIn(address)));

    /// <summary>By what the lists hold: the same plan, read again, has the same limits.</summary>
    public bool Equals(LimitScope? other) =>
        other is not null
        && Models.SequenceEqual(other.Models)
        && Endpoints.SequenceEqual(other.Endpoints)
        && KeyVersions.SequenceEqual(other.KeyVersions)
        && Addresses.SequenceEqual(other.Addresses);

    public override int GetHashCode() =>
        HashCode.Combine(Models.Length, Endpoints.Length, KeyVersions.Length, Addresses.Length);

    internal void AddMistakes(string place, List<string> mistakes)
    {
        AddTooMany(Models.Length, "models");
        AddTooMany(Endpoints.Length, "endpoints");
        AddTooMany(KeyVersions.Length, "keys");
        AddTooMany(Addresses.Length, "addresses");
        mistakes.AddRange(
            from model in Models
            where !ModelAccess.IsPattern(model)
            select $"{place}.models: '{model}' is not a model's name or a beginning followed by '*'.");
        mistakes.AddRange(
            from endpoint in Endpoints
            where endpoint.Length is < 1 or > EndpointLengthMax || endpoint[0] == '/'
            select $"{place}.endpoints: '{endpoint}' is not a path behind /v1/, such as chat/completions.");
        mistakes.AddRange(
            from version in KeyVersions
            where version < 1
            select $"{place}.keys: {version} is not the version of a key, which is 1 or more.");
        if (Addresses.Any(static network => network.Bits is < 0 or > 128))
        {
            mistakes.Add($"{place}.addresses: must be networks, such as 10.0.0.0/8 or 2001:db8::/32.");
        }

        void AddTooMany(int count, string list)
        {
            if (count > EntriesMax)
            {
                mistakes.Add($"{place}.{list}: {count} entries are too many; {EntriesMax} is the most.");
            }
        }
    }

    private bool IsIn(UInt128 address)
    {
        foreach (var network in Addresses)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
