using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Audit;
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

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; init; } = [];

    /// <summary>The provider of that name; null when there is none.</summary>
    public ProviderDefinition? Find(string provider) => Providers.FirstOrDefault(one => one.Provider == provider);

    /// <summary>Without the provider of that name, and with another one in its place if there is one.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="next">What it is from now on; null: there is none.</param>
    public StoredProviders With(string tenant, string name, ProviderDefinition? next)
    {
        var before = Find(name);
        return this with
        {
            Providers =
            [
                .. Providers.Where(one => one.Provider != name).Concat(next is null ? [] : [next])
                    .OrderBy(one => one.Provider, StringComparer.Ordinal),
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
