using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Policies;

/// <summary>The roles that there are: those built in, each replaced by a configured one of the same name.</summary>
public sealed class RoleBook
{
    public const string Admin = "admin";
    public const string TenantAdmin = "tenant-admin";
    public const string Developer = "developer";
    public const string Auditor = "auditor";
    public const string User = "user";

    /// <summary>Whoever says nothing of roles.</summary>
    public const string Guest = "guest";

    /// <summary>Most configured roles.</summary>
    public const int RolesMax = 64;

    private static readonly ImmutableArray<string> EveryCall = ["model:*", "endpoint:*", "feature:*"];

    private static readonly ImmutableArray<Role> BuiltInRoles =
    [
        new(Admin, ["*", .. EveryCall], []),
        new(
            TenantAdmin,
            [
                Permissions.TenantsRead, Permissions.ClientsRead, Permissions.ClientsWrite, Permissions.RolesRead,
                Permissions.RolesWrite, "slots:*", "keys:*", Permissions.TokensRevoke, Permissions.DecisionsRead,
                Permissions.UsageRead, .. EveryCall,
            ],
            [])
        {
            OwnTenantOnly = true,
        },
        new(Developer, ["*:read", .. EveryCall], [Permissions.ClusterRead])
        {
            Limits = [new Limit("requests", LimitKind.Rate, 100, 0, TimeSpan.FromSeconds(1))],
        },
        new(Auditor, ["*:read"], []),
        new(User, EveryCall, []),
        new(Guest, [], []),
    ];

    public static readonly RoleBook BuiltIn = new([]);

    private readonly FrozenDictionary<string, Role> _byName;

    /// <param name="configured">Without mistakes, see <see cref="MistakesIn"/>.</param>
    public RoleBook(ImmutableArray<Role> configured) => _byName = BuiltInRoles
        .Where(role => configured.All(other => other.Name != role.Name))
        .Concat(configured)
        .ToFrozenDictionary(role => role.Name, StringComparer.Ordinal);

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Role> Roles => _byName.Values.OrderBy(role => role.Name, StringComparer.Ordinal);

    /// <summary>The role of that name, letter by letter; null when there is none.</summary>
    public Role? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>What somebody with these roles may; a name that is none of a role grants nothing.</summary>
    public Grants Of(params IEnumerable<string> names) => new([.. names.Select(Find).OfType<Role>().Distinct()]);

    /// <summary>What whoever says these roles may; who says none is a guest.</summary>
    /// <param name="claimed">Null, or empty: nothing was said.</param>
    public Grants OfClaim(IReadOnlyCollection<string>? claimed) =>
        claimed is { Count: > 0 } ? Of(claimed) : Of(Guest);

    /// <summary>
    /// Every mistake in configured roles, each a sentence that begins with its place; empty when valid.
    /// </summary>
    public static IReadOnlyList<string> MistakesIn(ImmutableArray<Role> configured)
    {
        var mistakes = new List<string>();
        if (configured.Length > RolesMax)
        {
            mistakes.Add($"{configured.Length} roles are too many; {RolesMax} is the most.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < configured.Length; i++)
        {
            AddMistakes(configured[i], $"[{i}]", names, mistakes);
        }

        // Compared as they are in force, so that a mistake above is not told a second time in other words.
        if (mistakes.Count == 0 && new RoleBook(configured) is var book)
        {
            AddGuestMistakes(book.Find(Guest)!, book.Find(User)!, mistakes);
        }

        return mistakes;
    }

    private static void AddMistakes(Role role, string place, HashSet<string> names, List<string> mistakes)
    {
        if (!Names.IsName(role.Name))
        {
            mistakes.Add($"{place}: name '{role.Name}' is not {Names.Rule}.");
        }
        else if (role.Name == Admin)
        {
            mistakes.Add($"{place}: '{Admin}' is built in and stays as it is, so that somebody may do everything.");
        }
        else if (!names.Add(role.Name))
        {
            mistakes.Add($"{place}: name '{role.Name}' is used twice.");
        }

        if (role.Allows.Length + role.Denies.Length > Role.TextsMax)
        {
            mistakes.Add($"{place}: more than {Role.TextsMax} texts are allowed and denied.");
        }

        mistakes.AddRange(
            from text in role.Allows.Concat(role.Denies).Distinct()
            where GrantText.Read(text).Kind is GrantKind.None
            select $"{place}: '{text}' is not {GrantText.Rule}.");
        if (role.Name == Auditor)
        {
            mistakes.AddRange(
                from permission in Permissions.All
                where !Permissions.IsRead(permission)
                    && role.AllowsPermission(permission)
                    && !role.DeniesPermission(permission)
                select $"{place}: an {Auditor} changes nothing, so it cannot have {permission}.");
        }

        if (role.Limits.Length > Role.LimitsMax)
        {
            mistakes.Add($"{place}: {role.Limits.Length} limits are too many; {Role.LimitsMax} is the most.");
        }

        if (role.Limits.Any(static limit => limit.Shadow))
        {
            mistakes.Add($"{place}: a limit of a role is never on trial.");
        }

        mistakes.AddRange(LimitRules.MistakesIn(role.Limits).Select(mistake => $"{place}: {mistake}"));
    }

    /// <summary>Who says nothing of himself must not be more than who does.</summary>
    private static void AddGuestMistakes(Role guest, Role user, List<string> mistakes)
    {
        if (!new Grants([user]).Cover(new Grants([guest]), isOwnTenant: true))
        {
            mistakes.Add($"'{Guest}' has permissions that '{User}' has not.");
        }

        if (!IsWithin(guest, user))
        {
            mistakes.Add(
                $"'{Guest}' allows calls that '{User}' does not: what it allows must stand among what '{User}' "
                + $"allows, and what '{User}' denies among what it denies.");
        }
    }

    /// <summary>Whether every call that one allows is allowed by the other; no only says that it is not sure.</summary>
    private static bool IsWithin(Role role, Role wider) =>
        !role.HasCalls
        || (Calls(role.Allows).All(text => Calls(wider.Allows).Any(other => Fits(other, text)))
            && Calls(wider.Denies).All(text => Calls(role.Denies).Any(other => Fits(other, text))));

    private static IEnumerable<string> Calls(ImmutableArray<string> texts) =>
        texts.Where(text => GrantText.Read(text).Kind is not (GrantKind.Permission or GrantKind.None));

    /// <summary>Whether all that the other text says is said by this one.</summary>
    private static bool Fits(string wider, string text) => wider.EndsWith('*')
        ? text.StartsWith(wider[..^1], StringComparison.Ordinal)
        : text == wider;
}
