using System.Collections.Immutable;

namespace Sluice.Rules.Policies;

/// <summary>How far a permission reaches.</summary>
public enum Reach
{
    Nowhere,

    /// <summary>What belongs to one's own tenant.</summary>
    OwnTenant,

    Everywhere,
}

/// <summary>
/// What somebody may do who has some roles: all that one of them allows, unless one of them denies it. A call must be
/// allowed by one role alone: the model of one and the endpoint of another would be a call that nobody has granted.
/// </summary>
/// <remarks>
/// A union, because who is given a second role is given it to do more; taking away is what denials are for, and those
/// no other role can undo.
/// </remarks>
public sealed class Grants
{
    /// <summary>Of somebody without a role.</summary>
    public static readonly Grants Nothing = new([]);

    /// <param name="roles">In any order; one that stands twice counts once.</param>
    public Grants(ImmutableArray<Role> roles) => Roles = roles;

    public ImmutableArray<Role> Roles { get; }

    /// <summary>As they are told to people and to the audit trail.</summary>
    public string Names => field ??=
        string.Join(' ', Roles.Select(role => role.Name).Order(StringComparer.Ordinal).Distinct());

    /// <summary>Whether every permission reaches everywhere.</summary>
    public bool IsEverything => Permissions.All.All(permission => ReachOf(permission) is Reach.Everywhere);

    /// <summary>Whether there is any permission, so that somebody is an operator at all.</summary>
    public bool HasPermissions => Permissions.All.Any(permission => ReachOf(permission) is not Reach.Nowhere);

    /// <summary>Whether every call is let through, so that nobody has to be asked.</summary>
    public bool AllowsEveryCall => Roles.Any(role => role.AllowsEveryCall) && !Roles.Any(role => role.DeniesCalls);

    /// <summary>
    /// Whether what is decided about one call holds for every call of the same model; false where that is not sure. Who
    /// remembers decisions by model alone may remember these only.
    /// </summary>
    public bool IsByModelAlone => Roles.All(role => role.IsByModelAlone);

    /// <summary>Patterns of models of which some call may be allowed.</summary>
    public ImmutableArray<string> Models => [.. Roles.SelectMany(role => role.Models)];

    /// <summary>Patterns of models of which none is.</summary>
    public ImmutableArray<string> DeniedModels => [.. Roles.SelectMany(role => role.DeniedModels)];

    /// <summary>The same, for what belongs to one's own tenant only.</summary>
    public Grants OfOwnTenant() => new([.. Roles.Select(role => role.OfOwnTenant())]);

    /// <summary>How far a permission reaches.</summary>
    public Reach ReachOf(string permission)
    {
        var reach = Reach.Nowhere;
        foreach (var role in Roles)
        {
            if (role.DeniesPermission(permission))
            {
                return Reach.Nowhere;
            }

            if (role.AllowsPermission(permission))
            {
                reach = !role.OwnTenantOnly || reach is Reach.Everywhere ? Reach.Everywhere : Reach.OwnTenant;
            }
        }

        return reach;
    }

    /// <summary>
    /// Why a call is not let through; nothing when it is. Of several roles the one counts that it came furthest with.
    /// </summary>
    public RoleRefusal RefusalOf(in RoleCall call)
    {
        var (refusal, isAllowed) = (RoleRefusal.Calls, false);
        foreach (var role in Roles)
        {
            if (role.DenialOf(call) is var denied and not RoleRefusal.None)
            {
                return denied;
            }

            var own = role.RefusalOf(call);
            isAllowed |= own is RoleRefusal.None;
            refusal = own > refusal ? own : refusal;
        }

        return isAllowed ? RoleRefusal.None : refusal;
    }

    /// <summary>
    /// Whether these may give others to somebody, or get hold of the keys of somebody who has them: nobody gives, or
    /// gets so, what he has not got himself. Calls are not compared: who administrates need not call models.
    /// </summary>
    /// <param name="others">What the other one may.</param>
    /// <param name="isOwnTenant">Whether the other one is of the same tenant.</param>
    public bool Cover(Grants others, bool isOwnTenant)
    {
        foreach (var permission in Permissions.All)
        {
            var (own, other) = (ReachOf(permission), others.ReachOf(permission));
            if (other is not Reach.Nowhere
                && own is not Reach.Everywhere
                && !(own is Reach.OwnTenant && other is Reach.OwnTenant && isOwnTenant))
            {
                return false;
            }
        }

        return true;
    }
}
