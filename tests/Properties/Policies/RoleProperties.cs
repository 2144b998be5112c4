using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Policies;
using Xunit;

namespace Sluice.Properties.Policies;

/// <summary>What holds for all roles, whoever configures them.</summary>
public sealed class RoleProperties
{
    private const int Cases = 1_000;

    private static readonly string[] Texts =
    [
        "*", "*:read", "clients:*", "keys:*", "clients:write", "audit:read", "limits:write", "keys:reveal",
        "model:*", "model:a*", "model:ab", "model:b", "endpoint:*", "endpoint:chat", "endpoint:embed",
        "feature:*", "feature:images", "feature:batch", "feature:priority",
    ];

    private static readonly string[] FeatureNames = ["images", "batch", "priority"];

    private static readonly string[] Names = ["user", "guest", "auditor", "developer", "ops", "night", "tenant-admin"];

    private static readonly Gen<ImmutableArray<string>> Lists =
        from count in Draw.Mostly(0, 3, 9)
        from texts in Gen.Elements(Texts).ArrayOf(count)
        select texts.ToImmutableArray();

    private static readonly Gen<Role> Roles =
        from name in Gen.Elements(Names)
        from allows in Lists
        from denies in Draw.OneIn(3)
        from denied in Lists
        from own in Draw.OneIn(3)
        select new Role(name, allows, denies ? denied : []) { OwnTenantOnly = own };

    private static readonly Gen<ImmutableArray<Role>> Sets =
        from count in Gen.Choose(0, 4)
        from roles in Roles.ArrayOf(count)
        select roles.ToImmutableArray();

    private static readonly Gen<RoleBook> Books =
        from roles in Sets
        let configured = roles.DistinctBy(role => role.Name).ToImmutableArray()
        where RoleBook.MistakesIn(configured).Count == 0
        select new RoleBook(configured);

    private static readonly Gen<RoleCall> Calls =
        from model in Gen.Elements("a", "ab", "abc", "b", "c")
        from endpoint in Gen.Elements("chat", "embed", "other", "")
        from features in Gen.Choose(0, 7)
        select new RoleCall(model, endpoint, (CallFeatures)features);

    /// <summary>Said in other words than the rule: by the texts, one for each part of the call.</summary>
    private static bool Has(ImmutableArray<string> texts, string kind, string value) => texts.Any(text =>
        text == $"{kind}:{value}"
        || (text.StartsWith($"{kind}:", StringComparison.Ordinal) && text.EndsWith('*')
            && value.StartsWith(text[(kind.Length + 1)..^1], StringComparison.Ordinal)));

    private static IEnumerable<string> FeaturesOf(RoleCall call) =>
        from name in FeatureNames
        where (call.Features & GrantText.FeatureOf(name)) != 0
        select name;

    [Fact]
    public void A_call_is_let_through_when_one_role_allows_all_of_it_and_none_denies_any() =>
        Law.Holds(Sets.Zip(Calls), drawn =>
        {
            var (roles, call) = drawn;
            var allowed = roles.Any(role =>
                Has(role.Allows, "model", call.Model) && Has(role.Allows, "endpoint", call.Endpoint)
                && FeaturesOf(call).All(feature => Has(role.Allows, "feature", feature)));
            var denied = roles.Any(role =>
                Has(role.Denies, "model", call.Model) || Has(role.Denies, "endpoint", call.Endpoint)
                || FeaturesOf(call).Any(feature => Has(role.Denies, "feature", feature)));

            Assert.Equal(allowed && !denied, new Grants(roles).RefusalOf(call) is RoleRefusal.None);
        });

    [Fact]
    public void Roles_together_reach_as_far_as_one_of_them_and_nowhere_once_one_denies() =>
        Law.Holds(Sets.Zip(Gen.Elements(Permissions.All.ToArray())), drawn =>
        {
            var (roles, permission) = drawn;
            var furthest = roles.Select(role => new Grants([role]).ReachOf(permission))
                .DefaultIfEmpty(Reach.Nowhere).Max();

            Assert.Equal(
                roles.Any(role => role.Denies.Any(text => Permissions.Fits(text, permission)))
                    ? Reach.Nowhere
                    : furthest,
                new Grants(roles).ReachOf(permission));
        });

    [Fact]
    public void Neither_order_nor_repetition_of_roles_counts() =>
        Law.Holds(Sets.Zip(Calls), drawn =>
        {
            var (roles, call) = drawn;
            Grants one = new(roles), other = new([.. roles.Reverse(), .. roles]);

            Assert.Equal(one.RefusalOf(call) is RoleRefusal.None, other.RefusalOf(call) is RoleRefusal.None);
            Assert.All(Permissions.All, permission => Assert.Equal(one.ReachOf(permission), other.ReachOf(permission)));
        }, Cases);

    [Fact]
    public void A_guest_is_never_more_than_a_user_and_an_auditor_never_changes_anything() =>
        Law.Holds(Books.Zip(Calls), drawn =>
        {
            var (book, call) = drawn;
            var (guest, user, auditor) = (book.Of("guest"), book.Of("user"), book.Of("auditor"));

            Assert.True(guest.RefusalOf(call) is not RoleRefusal.None || user.RefusalOf(call) is RoleRefusal.None);
            Assert.All(Permissions.All, permission =>
            {
                Assert.True(guest.ReachOf(permission) <= user.ReachOf(permission));
                Assert.True(Permissions.IsRead(permission) || auditor.ReachOf(permission) is Reach.Nowhere);
            });
        });

    [Fact]
    public void A_name_of_no_role_grants_nothing_and_takes_nothing() =>
        Law.Holds(Books.Zip(Gen.Elements(Names)).Zip(Calls), drawn =>
        {
            var ((book, name), call) = drawn;

            Assert.Equal(book.Of(name).RefusalOf(call), book.Of(name, "no-such-role").RefusalOf(call));
            Assert.Equal(RoleRefusal.Calls, book.Of("no-such-role", "ADMIN", "").RefusalOf(call));
            Assert.All(Permissions.All, permission =>
            {
                Assert.Equal(book.Of(name).ReachOf(permission), book.Of("no-such-role", name).ReachOf(permission));
                Assert.Equal(Reach.Nowhere, book.Of("no-such-role", "ADMIN", "").ReachOf(permission));
            });
        }, Cases);

    /// <summary>Guards against what is remembered of one call and let through for another.</summary>
    [Fact]
    public void What_is_decided_by_the_model_alone_holds_for_all_calls_of_the_model() =>
        Law.Holds(Sets.Zip(Calls).Zip(Calls), drawn =>
        {
            var ((roles, call), other) = drawn;
            var grants = new Grants(roles);

            Assert.True(
                !grants.IsByModelAlone
                || grants.RefusalOf(call) is RoleRefusal.None
                    == grants.RefusalOf(other with { Model = call.Model }) is RoleRefusal.None);
            Assert.True(!grants.AllowsEveryCall || grants.RefusalOf(call) is RoleRefusal.None);
        });

    [Fact]
    public void A_model_is_told_of_when_some_call_of_it_is_let_through() =>
        Law.Holds(Sets.Zip(Calls), drawn =>
        {
            var (roles, call) = drawn;
            var grants = new Grants(roles);

            Assert.True(
                grants.RefusalOf(call) is not RoleRefusal.None
                || (ModelAccess.Any(grants.Models, call.Model) && !ModelAccess.Any(grants.DeniedModels, call.Model)));
        }, Cases);

    [Fact]
    public void Whoever_may_give_roles_gives_nothing_that_he_has_not_got() =>
        Law.Holds(Sets.Zip(Sets).Zip(Draw.OneIn(2)), drawn =>
        {
            var ((own, other), isOwnTenant) = drawn;
            var (giver, given) = (new Grants(own), new Grants(other));

            // What the one who is given it can do to a tenant, the giver can do to that tenant.
            var isMore = Permissions.All.Any(permission =>
                IsMore(permission, givenHome: true) || IsMore(permission, givenHome: false));
            Assert.Equal(!isMore, giver.Cover(given, isOwnTenant));
            Assert.True(giver.Cover(giver, isOwnTenant: true));

            bool IsMore(string permission, bool givenHome) =>
                CanDo(given.ReachOf(permission), givenHome)
                && !CanDo(giver.ReachOf(permission), givenHome && isOwnTenant);
        });

    private static bool CanDo(Reach reach, bool isHome) =>
        reach is Reach.Everywhere || (reach is Reach.OwnTenant && isHome);
}
