using System.Collections.Immutable;
using System.Net;
using Sluice.Rules.Policies;

namespace Sluice.Rules.Limits;

/// <summary>What a call is, as far as limits may ask.</summary>
/// <param name="Model">The model asked for.</param>
/// <param name="Endpoint">The path behind <c>/v1/</c>, such as <c>chat/completions</c>; null when it is not known.</param>
/// <param name="KeyVersion">The version of the key that it was made with; 0 when it is not known.</param>
/// <param name="Address">Where it came from; null when it is not known.</param>
public sealed record CallFacts(string Model, string? Endpoint = null, int KeyVersion = 0, IPAddress? Address = null);

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
    ImmutableArray<IPNetwork> Addresses)
{
    /// <summary>The scope of these lists; null when it leaves nothing out.</summary>
    public static LimitScope? Of(
        ImmutableArray<string> models, ImmutableArray<string> endpoints, ImmutableArray<int> keyVersions,
        ImmutableArray<IPNetwork> addresses) =>
        models.IsEmpty && endpoints.IsEmpty && keyVersions.IsEmpty && addresses.IsEmpty
            ? null
            : new LimitScope(models, endpoints, keyVersions, addresses);

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

    private bool IsIn(IPAddress address)
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
