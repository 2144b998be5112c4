using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Policies;

/// <summary>
/// What those may do who have it. What a role does not allow, it does not grant; what it denies, nobody who has it may,
/// whatever else that somebody is.
/// </summary>
public sealed class Role
{
    /// <summary>Most texts of a role, allowed and denied together.</summary>
    public const int TextsMax = 128;

    /// <summary>Most limits of a role.</summary>
    public const int LimitsMax = 8;

    private readonly GrantSet _allowed;
    private readonly GrantSet _denied;

    /// <param name="name">1 to 63 of a-z, 0-9 and '-'.</param>
    /// <param name="allows">
    /// Texts as <see cref="GrantText"/> reads them; one that it does not know grants nothing.
    /// </param>
    /// <param name="denies">The same.</param>
    public Role(string name, ImmutableArray<string> allows, ImmutableArray<string> denies)
    {
        (Name, Allows, Denies) = (name, allows, denies);
        (_allowed, _denied) = (GrantSet.Of(allows), GrantSet.Of(denies));
    }

    public string Name { get; }

    public ImmutableArray<string> Allows { get; }

    public ImmutableArray<string> Denies { get; }

    /// <summary>
    /// True: its permissions are for what belongs to the tenant of whoever has it, and for nothing else.
    /// </summary>
    public bool OwnTenantOnly { get; init; }

    /// <summary>What each client of this role is held to, beside its plan and its own limits.</summary>
    public ImmutableArray<Limit> Limits { get; init; } = [];

    /// <summary>Patterns of the models that it allows some call of.</summary>
    public ImmutableArray<string> Models => _allowed.Models;

    /// <summary>Patterns of the models that it denies.</summary>
    public ImmutableArray<string> DeniedModels => _denied.Models;

    /// <summary>Whether it allows calls at all.</summary>
    public bool HasCalls => !_allowed.Models.IsEmpty;

    /// <summary>Whether it denies calls, by their model or by anything else.</summary>
    public bool DeniesCalls => !_denied.Models.IsEmpty || DeniesMoreThanModels;

    /// <summary>Whether what it says of a call follows from the call's model.</summary>
    public bool IsByModelAlone =>
        (!HasCalls || (_allowed.AllEndpoints && _allowed.Features == GrantSet.AllFeatures)) && !DeniesMoreThanModels;

    /// <summary>Whether it allows every call, whatever its model; what it denies stands beside that.</summary>
    public bool AllowsEveryCall => IsByModelAlone && _allowed.Models.Contains("*");

    private bool DeniesMoreThanModels =>
        _denied is not { Endpoints.IsEmpty: true, AllEndpoints: false, Features: CallFeatures.None };

    /// <summary>The same role, for one's own tenant only.</summary>
    public Role OfOwnTenant() =>
        OwnTenantOnly ? this : new Role(Name, Allows, Denies) { OwnTenantOnly = true, Limits = Limits };

    public bool AllowsPermission(string permission) => _allowed.HasPermission(permission);

    public bool DeniesPermission(string permission) => _denied.HasPermission(permission);

    /// <summary>What of a call it denies; nothing: it has no objection.</summary>
    public RoleRefusal DenialOf(in RoleCall call) =>
        ModelAccess.Any(_denied.Models, call.Model) ? RoleRefusal.Model
        : _denied.HasEndpoint(call.Endpoint) ? RoleRefusal.Endpoint
        : GrantSet.FirstOf(call.Features & _denied.Features);

    /// <summary>What of a call it does not allow: the first, in the order of <see cref="RoleRefusal"/>.</summary>
    public RoleRefusal RefusalOf(in RoleCall call) =>
        !HasCalls ? RoleRefusal.Calls
        : !ModelAccess.Any(_allowed.Models, call.Model) ? RoleRefusal.Model
        : !_allowed.HasEndpoint(call.Endpoint) ? RoleRefusal.Endpoint
        : GrantSet.FirstOf(call.Features & ~_allowed.Features);
}

/// <summary>Why a role does not let a call through; the later, the further the call came.</summary>
public enum RoleRefusal
{
    /// <summary>It does.</summary>
    None,

    /// <summary>It is no role for calls.</summary>
    Calls,

    Model,
    Endpoint,
    Images,
    Batch,
    Priority,
}
