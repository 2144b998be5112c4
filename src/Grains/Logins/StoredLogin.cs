using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Grains.Abstractions.Logins;
using Sluice.Grains.Audit;
using Sluice.Grains.Secrets;
using Sluice.Rules.Audit;

namespace Sluice.Grains.Logins;

/// <summary>How people sign in as a client, at rest. Stored types only grow: new members with safe defaults.</summary>
[GenerateSerializer, Alias("sluice.StoredLogin")]
public sealed record StoredLogin : IAuditedState
{
    /// <summary>How people sign in; null: nobody does.</summary>
    [Id(0)] public LoginDefinition? Login { get; init; }

    /// <summary>The client's tenant.</summary>
    [Id(3)] public string Tenant { get; init; } = "";

    /// <summary>The key that tickets are made with; sealed.</summary>
    [Id(6)] public SealedSecret Key { get; init; } = new();

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; init; } = [];
}
