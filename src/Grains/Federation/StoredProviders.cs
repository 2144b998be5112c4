using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Audit;
using Sluice.Grains.Secrets;
using Sluice.Rules.Audit;

namespace Sluice.Grains.Federation;

/// <summary>
/// The identity providers of a tenant at rest. Stored types only grow: new members with safe defaults.
/// </summary>
[GenerateSerializer, Alias("sluice.StoredProviders")]
public sealed record StoredProviders : IAuditedState
{
    /// <summary>In the order of their names.</summary>
    [Id(0)] public ProviderDefinition[] Providers { get; init; } = [];

    /// <summary>Our secrets at those that people sign in at.</summary>
    [Id(3)] public StoredProviderSecret[] Secrets { get; init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; init; } = [];

    /// <summary>The provider of that name; null when there is none.</summary>
    public ProviderDefinition? Find(string provider) => Providers.FirstOrDefault(one => one.Provider == provider);

    /// <summary>Our secret at the provider of that name; null when we have none.</summary>
    public SealedSecret? SecretOf(string provider) => Secrets.FirstOrDefault(one => one.Provider == provider)?.Secret;

    /// <summary>Without the provider of that name, and with another one in its place if there is one.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="next">What it is from now on; null: there is none.</param>
    /// <param name="secret">Our secret there from now on; null: we have none.</param>
    public StoredProviders With(
        string tenant, string name, ProviderDefinition? next, SealedSecret? secret = null)
    {
        var before = Find(name);
        return this with
        {
            Providers =
            [
                .. Providers.Where(one => one.Provider != name).Concat(next is null ? [] : [next])
                    .OrderBy(one => one.Provider, StringComparer.Ordinal),
            ],
            Secrets =
            [
                .. Secrets.Where(one => one.Provider != name)
                    .Concat(secret is null ? [] : [new StoredProviderSecret(name, secret)]),
            ],
            Audits =
            [
                AuditNotes.OfChange(
                    before is null ? "provider.create" : next is null ? "provider.remove" : "provider.replace",
                    $"tenant/{tenant}/provider/{name}", before, next),
            ],
        };
    }
}

/// <summary>Our secret at a provider.</summary>
/// <param name="Provider">Where.</param>
/// <param name="Secret">Sealed for <see cref="ProviderSecrets.PlaceOf"/>.</param>
[GenerateSerializer, Immutable, Alias("sluice.StoredProviderSecret")]
public sealed record StoredProviderSecret(
    [property: Id(0)] string Provider, [property: Id(3)] SealedSecret Secret);
